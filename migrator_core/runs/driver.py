"""What a phase yields, one step at a time, and how steps are carried out.

A phase is a plain generator that reads and converts; it runs in a worker thread, so that the event
loop of the server it may live in stays free. This module takes its steps in small portions, writes
what is to be written and records every outcome. While one portion is written, the next one is
already being converted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, TypeAlias

from migrator_core.errors import AbortedError
from migrator_core.openwebui import Account, Writer, Written
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.rows import Item
from migrator_core.runs.journal import Journal

PORTION_ITEMS = 100
PORTION_WEIGHT = 750_000
"""Bytes of text in one transaction, about. Both bounds keep it well under half a second, even in a
server whose other work gets in between: ``make bench ARGS=neighbour`` measures it."""


@dataclass(frozen=True, slots=True)
class Found:
    """Documents that were read from the backup."""

    collection: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row to write, with the warnings that count once it has arrived.

    ``children`` names, by collection, the source documents that share the row's fate (the messages
    of a conversation); ``weight`` is its size in bytes, about; ``open_blob`` gives the bytes that
    go to storage before the row.
    """

    item: Item
    notices: tuple[Notice, ...] = ()
    children: tuple[tuple[str, Sequence[str]], ...] = ()
    weight: int = 1000
    open_blob: Callable[[], BinaryIO] | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that is no document of the backup but belongs to the rows that follow it.

    It is stored before any row of its portion and has no outcome of its own; ``where`` names the
    message that shows it, for the warning where that fails.
    """

    item: Item
    open_blob: Callable[[], BinaryIO]
    where: str
    weight: int = 1000


@dataclass(frozen=True, slots=True)
class NewPassword:
    """An existing account that is to get its LibreChat password."""

    account: Account
    password_hash: str
    notice: Notice


Step: TypeAlias = Found | Outcome | Notice | Parcel | Enclosure | NewPassword


class Phase(Protocol):
    """One collection's way from the backup to the target."""

    name: str

    def total(self) -> int | None:
        """How many documents will get an outcome, where that is known beforehand."""

    def steps(self) -> Iterator[Step]:
        """Read and convert. Runs in a worker thread."""

    def written(self, written: Written) -> None:
        """Learn what became of a row."""


class StoppedError(AbortedError):
    """Somebody asked the run to stop."""


@dataclass(slots=True)
class Driver:
    """Carries out the steps of one phase after the other, until ``stop`` is set."""

    writer: Writer
    journal: Journal
    stop: asyncio.Event
    _outcomes: list[Outcome] = field(default_factory=list)
    _notices: list[Notice] = field(default_factory=list)

    async def drive(self, phase: Phase) -> None:
        """Run a phase to its end.

        Raises:
            StoppedError: ``stop`` was set.
        """
        self.journal.progress.start(phase.name, phase.total())
        steps = phase.steps()
        upcoming = asyncio.create_task(asyncio.to_thread(_portion, steps))
        try:
            while portion := await upcoming:
                upcoming = asyncio.create_task(asyncio.to_thread(_portion, steps))
                await self._carry_out(phase, portion)
                if self.stop.is_set():
                    raise StoppedError("the run was stopped. It is safe to run again.")
        finally:
            # A thread cannot be cancelled: wait, or it would go on reading a closed backup.
            await asyncio.gather(upcoming, return_exceptions=True)
        await self.close()

    async def close(self) -> None:
        """Hand over what has been noted so far."""
        await self._record(final=True)

    async def _carry_out(self, phase: Phase, portion: Sequence[Step]) -> None:
        await self._enclose(step for step in portion if isinstance(step, Enclosure))
        rows = [step for step in portion if isinstance(step, Parcel) and step.open_blob is None]
        results = iter(await self.writer.write([parcel.item for parcel in rows]) if rows else [])
        for step in portion:
            match step:
                case Found():
                    self.journal.found(step.collection, step.count)
                case Notice():
                    self.warn(step)
                case Outcome():
                    self.journal.outcome(step)
                    self._outcomes.append(step)
                case NewPassword():
                    if await self.writer.set_password(step.account, step.password_hash):
                        self.warn(step.notice)
                case Parcel(open_blob=None):
                    self._arrived(phase, step, next(results))
                case Parcel(open_blob=open_blob) if open_blob is not None:
                    self._arrived(phase, step, await self.writer.write_file(step.item, open_blob))
        await self._record()

    async def _enclose(self, enclosures: Iterable[Enclosure]) -> None:
        """Store files; the ledger knows them from the writer."""
        for enclosure in enclosures:
            written = await self.writer.write_file(enclosure.item, enclosure.open_blob)
            if written.state in {State.FAILED, State.SKIPPED}:
                why = written.detail or written.reason or written.state
                self.warn(Notice(WarningCode.FILE_REFERENCE_LOST, f"{enclosure.where}: {why}"))

    def warn(self, notice: Notice) -> None:
        """Note a warning."""
        self.journal.warn(notice)
        self._notices.append(notice)

    def _arrived(self, phase: Phase, parcel: Parcel, written: Written) -> None:
        """Note what became of a row, which the ledger knows from the writer already."""
        item = parcel.item
        phase.written(written)
        self.journal.outcome(
            Outcome(
                collection=item.collection,
                source_id=item.source_id,
                state=written.state,
                target_id=written.target_id,
                reason=written.reason,
                detail=written.detail,
                size=item.size,
            )
        )
        for collection, source_ids in parcel.children:
            for source_id in source_ids:
                self.journal.outcome(_child_outcome(collection, source_id, written))
        if written.state is State.MIGRATED:
            for notice in parcel.notices:
                self.warn(notice)

    async def _record(self, *, final: bool = False) -> None:
        """Tell the ledger of documents without a row and of warnings, a good number at a time."""
        if final or len(self._outcomes) + len(self._notices) >= PORTION_ITEMS:
            outcomes, self._outcomes = self._outcomes, []
            notices, self._notices = self._notices, []
            if outcomes:
                await self.writer.record(outcomes)
            if notices:
                await self.writer.note(notices)


def _child_outcome(collection: str, source_id: str, written: Written) -> Outcome:
    reason = written.reason
    if written.state is State.FAILED:
        reason = Reason.PARENT_FAILED
    return Outcome(
        collection=collection,
        source_id=source_id,
        state=written.state,
        target_id=written.target_id,
        reason=reason,
    )


def _portion(steps: Iterator[Step]) -> list[Step]:
    """The next steps, as many as make one short transaction; none at the end."""
    portion: list[Step] = []
    weight = 0
    for step in steps:
        portion.append(step)
        weight += step.weight if isinstance(step, Parcel | Enclosure) else 100
        if len(portion) >= PORTION_ITEMS * 3 or weight >= PORTION_WEIGHT:
            break
    return portion

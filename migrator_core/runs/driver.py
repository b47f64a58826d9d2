"""How the steps of a phase are carried out.

A phase reads and converts in a worker thread, so that the event loop of the server it may live in
stays free. Its steps are taken in small portions: what is to be written is written, and every
outcome is recorded. While one portion is written, the next one is already being converted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from migrator_core.errors import AbortedError
from migrator_core.librechat import ObjectStores
from migrator_core.models_in_use import ModelsInUse
from migrator_core.openwebui import OpenWebUI, Writer, Written
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.progress import EventKind
from migrator_core.runs.fetching import Fetching
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.journal import Journal
from migrator_core.runs.phase import Phase
from migrator_core.runs.portions import PORTION_ITEMS, next_portion
from migrator_core.runs.steps import (
    Enclosure,
    Fetch,
    Found,
    LeftOut,
    NewPassword,
    Step,
    TakeBack,
    Unchanged,
    Write,
)

_OF_ACCESS = frozenset({WarningCode.ACCESS_NARROWED, WarningCode.ACCESS_WIDENED})
"""Warnings that count once the access has arrived, whatever was kept of the rest."""


class StoppedError(AbortedError):
    """Somebody asked the run to stop."""


def stopped() -> StoppedError:
    """Somebody ended the run while it waited; the cancellation has done its work."""
    task = asyncio.current_task()
    if task is not None:
        task.uncancel()
    return StoppedError("the run was stopped. It is safe to run again.")


@dataclass(slots=True)
class Driver:
    """Carries out the steps of one phase after the other, until ``stop`` is set.

    ``stores`` are what files are fetched from.
    """

    writer: Writer
    journal: Journal
    stop: asyncio.Event
    stores: ObjectStores = field(default_factory=ObjectStores)
    _outcomes: list[Outcome] = field(default_factory=list)
    _notices: list[Notice] = field(default_factory=list)

    async def count(self, inputs: Inputs, collections: Sequence[str]) -> None:
        """Learn how many documents there are: a run that ends early says how many were not done.

        Raises:
            StoppedError: ``stop`` was set.
        """
        self.journal.progress.emit(EventKind.NOTE, "counting documents")
        counting = asyncio.create_task(asyncio.to_thread(inputs.totals, collections))
        try:
            self.journal.expect(await asyncio.shield(counting))
        finally:
            await asyncio.gather(counting, return_exceptions=True)
        self._check_stop()

    async def drive(self, phase: Phase, target: OpenWebUI) -> None:
        """Run a phase to its end.

        Raises:
            StoppedError: ``stop`` was set.
        """
        progress = self.journal.progress
        progress.start(phase.name)
        reading = asyncio.create_task(asyncio.to_thread(phase.read_ahead, progress.advance))
        try:
            await reading
        finally:
            # A thread cannot be cancelled: wait, or it would go on reading a closed backup.
            await asyncio.gather(reading, return_exceptions=True)
        self._check_stop()
        await phase.ask(target)
        progress.expect(phase.total())
        await self._carry_out_all(phase.steps())
        for notice in phase.advice():
            self.warn(notice)
        await self.close()

    def _check_stop(self) -> None:
        if self.stop.is_set():
            raise StoppedError("the run was stopped. It is safe to run again.")

    async def _carry_out_all(self, steps: Iterator[Step]) -> None:
        upcoming = asyncio.create_task(asyncio.to_thread(next_portion, steps))
        try:
            while portion := await upcoming:
                upcoming = asyncio.create_task(asyncio.to_thread(next_portion, steps))
                await self._carry_out(portion)
                self._check_stop()
        finally:
            await asyncio.gather(upcoming, return_exceptions=True)

    async def close(self) -> None:
        """Hand over what has been noted so far."""
        await self._record(final=True)

    async def _carry_out(self, portion: Sequence[Step]) -> None:
        await self._enclose(step for step in portion if isinstance(step, Enclosure))
        rows = [step for step in portion if isinstance(step, Write) and _is_plain(step)]
        results = iter(await self.writer.write([row.item for row in rows]) if rows else [])
        await self._recognise([step for step in portion if isinstance(step, LeftOut)])
        fetches = [step for step in portion if isinstance(step, Fetch)]
        async with Fetching.of(fetches, self.writer, self.stores) as fetching:
            for step in portion:
                await self._carry_out_one(step, results, fetching)
        await self._record()

    async def _carry_out_one(
        self, step: Step, results: Iterator[Written], fetching: Fetching
    ) -> None:
        match step:
            case Fetch():
                match await fetching.next(step):
                    case Outcome() as outcome:
                        self._end(outcome)
                    case (write, written):
                        self._arrived(write, written)
            case NewPassword():
                if await self.writer.set_password(step.account, step.password_hash):
                    self.warn(step.notice)
            case TakeBack():
                await self.writer.take_back(step.gone)
            case Write(otherwise=Outcome() as otherwise):
                await self._look(step, otherwise)
            case Write(open_blob=None):
                self._arrived(step, next(results))
            case Write(open_blob=open_blob) if open_blob is not None:
                self._arrived(step, await self.writer.write_file(step.item, open_blob))
            case _:
                self._take_note(step)

    def _take_note(self, step: Step) -> None:
        """What needs no writing."""
        match step:
            case Found():
                self.journal.found(step.collection, step.count)
            case Notice():
                self.warn(step)
            case Outcome():
                self._end(step)
            case LeftOut():
                self._end(step.outcome)
            case ModelsInUse():
                self.journal.models = step
            case Unchanged():
                self._end(step.outcome)
                for collection, source_ids in step.children:
                    of_each = replace(step.outcome, collection=collection)
                    self.journal.outcomes(of_each, source_ids)

    async def _enclose(self, enclosures: Iterable[Enclosure]) -> None:
        """Write what comes along; the ledger knows it from the writer."""
        for enclosure in enclosures:
            if enclosure.open_blob is None:
                (written,) = await self.writer.write([enclosure.item])
            else:
                written = await self.writer.write_file(enclosure.item, enclosure.open_blob)
            for notice in enclosure.told(written):
                self.warn(notice)

    async def _recognise(self, steps: Sequence[LeftOut]) -> None:
        """Tell of what was not selected where it is, if an earlier run brought it."""
        found = await self.writer.recognise([step.item for step in steps]) if steps else []
        for step, written in zip(steps, found, strict=True):
            if written is not None:
                step.then(written)

    async def _look(self, write: Write, otherwise: Outcome) -> None:
        """Say of something that is not in the backup whether it is there all the same."""
        written = await self.writer.look(write.item)
        if written is not None:
            self._arrived(write, written)
            return
        self._end(otherwise)

    def _end(self, outcome: Outcome) -> None:
        """Note what became of a document without a row.

        The ledger does not know what a run was not to look at: to a later run it is new.
        """
        self.journal.outcome(outcome)
        if outcome.reason is not Reason.NOT_SELECTED:
            self._outcomes.append(outcome)

    def warn(self, notice: Notice) -> None:
        """Note a warning."""
        self.journal.warn(notice)
        self._notices.append(notice)

    def _arrived(self, write: Write, written: Written) -> None:
        """Note what became of a row, which the ledger knows from the writer already."""
        item = write.item
        if write.then is not None:
            write.then(written)
        for notice in written.notices:
            self.warn(notice)
        written = written.accounted
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
        for collection, source_ids in write.children:
            if not written.fates:
                of_each = _child_outcome(collection, "", written, None)
                self.journal.outcomes(of_each, source_ids)
                continue
            things = write.things.get(collection, ())
            for source_id, thing in zip_longest(source_ids, things):
                outcome = _child_outcome(collection, source_id, written, thing)
                self.journal.outcome(outcome)
                if outcome.state is State.SKIPPED:
                    self._outcomes.append(outcome)  # the row's own entry does not tell
        shares = _gives_access(written)
        for notice in write.notices:
            if written.state is State.MIGRATED or (shares and notice.code in _OF_ACCESS):
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


def _gives_access(written: Written) -> bool:
    """Whether somebody was let in, though the row as a whole was there already or was kept."""
    return any(
        thing.startswith("access/") and fate.state is State.MIGRATED
        for thing, fate in written.fates.items()
    )


def _is_plain(write: Write) -> bool:
    return write.open_blob is None and write.otherwise is None


def _child_outcome(collection: str, source_id: str, written: Written, thing: str | None) -> Outcome:
    state, reason = written.state, written.reason
    if state is State.FAILED:
        reason = Reason.PARENT_FAILED
    elif written.fates:
        fate = written.fates.get(thing or "")
        state, reason = (fate.state, fate.reason) if fate else (State.EXISTING, None)
    return Outcome(
        collection=collection,
        source_id=source_id,
        state=state,
        target_id=written.target_id,
        reason=reason,
    )

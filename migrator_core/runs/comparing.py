"""The walk over a backup with a writer that reads back: the same phases, nothing converted anew."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from migrator_core.errors import MigratorError
from migrator_core.librechat import Backup, ObjectStores
from migrator_core.openwebui import Memory, OpenWebUI, VerifyingWriter, before_us
from migrator_core.outcome import Notice
from migrator_core.report import Verification
from migrator_core.runs.asking_models import ask_for_models
from migrator_core.runs.driver import Driver, stopped
from migrator_core.runs.ending import not_adding_up
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.journal import Journal, Spool
from migrator_core.runs.scratch import Scratch
from migrator_core.runs.walk import walk
from migrator_core.settings import Settings
from migrator_core.verification import Difference, Finding, VerificationCounts


class Findings:
    """What was found, on disk: memory does not grow with the number of differences."""

    def __init__(self, directory: Path) -> None:
        self._spool = Spool(directory / "findings.jsonl")

    def add(self, finding: Finding) -> None:
        """Keep one."""
        self._spool.add(
            [
                finding.difference,
                finding.collection,
                finding.source_id,
                finding.target_id,
                *finding.what,
            ]
        )

    def __iter__(self) -> Iterator[Finding]:
        for difference, collection, source_id, target_id, *what in self._spool:
            yield Finding(Difference(difference), collection, source_id, target_id, tuple(what))

    def close(self) -> None:
        """Release the file."""
        self._spool.close()


class QuietJournal(Journal):
    """The record of a comparison. What conversion warns of was said by the run that migrated."""

    def warn(self, notice: Notice) -> None:
        """Nothing: see above."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: what it reads from, and where it notes what it finds.

    ``directory`` is empty and of its own; ``journal`` and ``findings`` may be read afterwards.
    """

    settings: Settings
    target: OpenWebUI
    backup: Backup
    journal: Journal
    findings: Findings
    directory: Path
    stop: asyncio.Event
    pause: Callable[[], None] = field(default=lambda: None)
    pool: Executor | None = None
    stores: ObjectStores = field(default_factory=ObjectStores)

    async def attempt(self, now: int) -> tuple[Verification | None, MigratorError | None]:
        """What :meth:`carry_out` gives, or the error that ended it early."""
        try:
            return await self.carry_out(now), None
        except MigratorError as error:
            return None, error
        except asyncio.CancelledError:
            if not self.stop.is_set():
                raise
            return None, stopped()

    async def carry_out(self, now: int) -> Verification:
        """Walk over the whole backup and compare; ``now`` is in seconds.

        Raises:
            StoppedError: somebody asked it to stop.
            AbortedError: the backup, the database or the storage went away, or a document got no
                outcome.
        """
        memory = Memory(self.target)
        # What had expired by the time of the run is decided as the run did it.
        started = await memory.last_start() or now
        target = before_us(self.target, memory)
        counts = VerificationCounts()
        with contextlib.closing(Scratch(self.directory)) as scratch:

            def first_time(kind: str, key: str) -> bool:
                return scratch.first_time("compared", kind, key)

            writer = VerifyingWriter(self.target, memory, self.findings.add, first_time, counts)
            models, connected = await ask_for_models(target, self.settings)
            inputs = Inputs(
                self.backup,
                scratch,
                self.settings,
                models,
                started,
                self.pause,
                trusts_nobody=True,
                pool=self.pool,
                connected=connected,
                stores=self.stores,
            )
            await walk(inputs, Driver(writer, self.journal, self.stop, self.stores), target)
            if inputs.selection.is_everything:
                await writer.close()
        if (flaw := not_adding_up(self.journal.tally)) is not None:
            raise flaw
        return Verification(counts, lambda: iter(self.findings))

"""A whole run, from the backup on disk to the written report. Both doors call :func:`migrate`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from migrator_core import __version__
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.errors import AbortedError, MigratorError
from migrator_core.librechat import Backup, ObjectStores, check_exists
from migrator_core.openwebui import (
    ConnectedModels,
    Ledger,
    LiveWriter,
    OpenWebUI,
    PreviewWriter,
    RunLock,
    Writer,
)
from migrator_core.outcome import Mode, RunState
from migrator_core.progress import EventKind, Progress
from migrator_core.report import (
    Report,
    Verification,
    headline,
)
from migrator_core.runs.asking_models import ask_for_models
from migrator_core.runs.comparing import Comparison, Findings, QuietJournal
from migrator_core.runs.course import Course
from migrator_core.runs.directories import noting, report_directory, work_directory
from migrator_core.runs.driver import Driver, StoppedError
from migrator_core.runs.ending import (
    Result,
    not_adding_up,
    report_of,
    result_of,
    write_or_explain,
)
from migrator_core.runs.heartbeat import Heartbeat
from migrator_core.runs.indexing import Indexing
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.journal import Journal
from migrator_core.runs.opening import open_for
from migrator_core.runs.phases import PHASES
from migrator_core.runs.readiness.contents import refuse_what_cannot_end
from migrator_core.runs.recalling import recall_warnings
from migrator_core.runs.recording import Sums, early_end, recorded
from migrator_core.runs.scratch import Scratch
from migrator_core.runs.walk import walk
from migrator_core.settings import Settings


async def migrate(
    settings: Settings,
    progress: Progress,
    *,
    stop: asyncio.Event | None = None,
    pause: Callable[[], None] = lambda: None,
    pool: Executor | None = None,
) -> Result:
    """Migrate a backup into the Open WebUI of this environment, or preview that.

    Setting ``stop`` ends the run cleanly between two batches; it can be continued later. ``pause``
    is called between two documents in the thread that reads and converts them: a server lets
    others go first there. ``pool`` are processes that convert ahead; without any, this one does
    everything.

    Raises:
        CannotStartError: nothing was touched.
        AbortedError: the database or the storage went away; it is safe to run again.
    """
    check_exists(settings.backup_dir)  # before anything that takes seconds
    async with AsyncExitStack() as stack:
        verifies = settings.verify and not settings.dry_run
        progress.phase_count = len(PHASES) * (2 if verifies else 1)
        progress.phase_count += settings.index == "vectors" and not settings.dry_run
        target = await stack.enter_async_context(
            await OpenWebUI.connect(read_only=settings.dry_run)
        )
        workdir = stack.enter_context(work_directory())
        backup = stack.enter_context(await open_for(target, settings, workdir, progress))
        target.database.stop = stop or asyncio.Event()
        stores = stack.enter_context(
            ObjectStores.of(settings, workdir, target.database.stop.is_set)
        )
        await refuse_what_cannot_end(settings, target, backup, stores)
        journal = stack.enter_context(contextlib.closing(Journal(workdir, progress)))
        models = await ask_for_models(target, settings)
        reading = _Reading(workdir, pause, pool, stores)
        run = _Run(settings, target, backup, journal, target.database.stop, models, reading)
        return await run.execute()


@dataclass(frozen=True, slots=True)
class _Reading:
    """What reading and converting go on with; see :func:`migrate`."""

    workdir: Path
    pause: Callable[[], None]
    pool: Executor | None
    stores: ObjectStores


class _Run:
    """One run with everything it needs at hand."""

    def __init__(
        self,
        settings: Settings,
        target: OpenWebUI,
        backup: Backup,
        journal: Journal,
        stop: asyncio.Event,
        models: tuple[ModelMapper, ConnectedModels],
        reading: _Reading,
    ) -> None:
        self._models, self._connected = models
        self._reading = reading
        self._settings = settings
        self._target = target
        self._backup = backup
        self._journal = journal
        self._stop = stop
        mode = Mode.DRY_RUN if settings.dry_run else Mode.RUN
        self._course = Course.begin(mode, open_webui_version=target.version)
        self._heartbeat: Heartbeat | None = None

    async def execute(self) -> Result:
        """Run, and report even where it does not come to its end.

        Raises:
            MigratorError: what ended the run early, after the report was written.
        """
        course = self._course
        directory = report_directory(self._settings.report_dir, self._target.data_dir, course.id)
        async with self._writer() as writer:
            error = await early_end(self._carry_out(writer), self._stop)
            error = error or not_adding_up(self._journal.tally)
            course.end(RunState.FINISHED if error is None else RunState.ABORTED)
        async with AsyncExitStack() as stack:
            verification: Verification | None = None
            if error is None and self._verifies:
                verification, error = await self._verify(stack)
            report = report_of(course, self._backup, self._journal, verification)
            problem = await write_or_explain(report, directory)
        if isinstance(error, StoppedError):
            error = self._heartbeat.lost if self._heartbeat is not None else None
        if error is not None:
            raise _with_counts(error, report)
        return result_of(report, self._journal.tally, directory, problem)

    async def _carry_out(self, writer: Writer) -> None:
        """All phases, and the index of what has come."""
        await self._walk(writer)
        if self._course.mode is Mode.RUN:
            ledger = Ledger(self._target)
            await Indexing(
                self._target, ledger, self._course.id, self._journal, self._stop
            ).carry_out(self._settings)

    async def _walk(self, writer: Writer) -> None:
        """Carry out all phases."""
        reading = self._reading
        with (
            noting(reading.workdir, needed=self._size_of_data()),
            contextlib.closing(Scratch(reading.workdir)) as scratch,
        ):
            inputs = Inputs(
                self._backup,
                scratch,
                self._settings,
                self._models,
                self._course.started,
                reading.pause,
                pool=reading.pool,
                connected=self._connected,
                stores=reading.stores,
            )
            driver = Driver(writer, self._journal, self._stop, reading.stores)
            await walk(inputs, driver, self._target)
            if self._course.mode is Mode.RUN:
                await recall_warnings(Ledger(self._target), self._course.id, self._journal)

    def _size_of_data(self) -> int:
        return sum(map(self._backup.size, self._backup.collections))

    @property
    def _verifies(self) -> bool:
        return self._settings.verify and self._course.mode is Mode.RUN

    async def _verify(
        self, stack: AsyncExitStack
    ) -> tuple[Verification | None, MigratorError | None]:
        """Read everything back; what was found can be read until ``stack`` closes."""
        reading = self._reading
        place = reading.workdir / "verify"
        place.mkdir()
        self._journal.progress.emit(EventKind.NOTE, "reading back what was migrated")
        journal = stack.enter_context(
            contextlib.closing(QuietJournal(place, self._journal.progress))
        )
        findings = stack.enter_context(contextlib.closing(Findings(place)))
        comparison = Comparison(
            self._settings,
            self._target,
            self._backup,
            journal,
            findings,
            place,
            self._stop,
            reading.pause,
            reading.pool,
            reading.stores,
        )
        return await comparison.attempt(self._course.started)

    @asynccontextmanager
    async def _writer(self) -> AsyncIterator[Writer]:
        """The writer; for a run that writes, with the lock held and the ledger kept."""
        course = self._course
        if course.mode is Mode.DRY_RUN:
            yield PreviewWriter(self._target)
            return
        async with RunLock(self._target) as lock:
            ledger = Ledger(self._target)
            await ledger.mark_interrupted()
            await ledger.start(
                run_id=course.id,
                started=course.started,
                settings=self._settings.model_dump(mode="json"),
                backup_path=str(self._backup.path),
                backup_kind=str(self._backup.kind),
                backup_fingerprint=self._backup.fingerprint,
                tool_version=__version__,
            )
            progress = self._journal.progress
            async with recorded(
                lock, ledger, course, progress, self._stop, self._sums
            ) as self._heartbeat:
                live = LiveWriter(self._target, ledger, course.id, workdir=self._reading.workdir)
                with contextlib.closing(live) as writer:
                    yield writer

    def _sums(self) -> Sums:
        tally = self._journal.tally
        early = self._course.state is not RunState.FINISHED
        return tally.to_json(ended_early=early), tally.warnings_by_code()


def _with_counts(error: MigratorError, report: Report) -> MigratorError:
    """The error with how far the run has come, where it had begun."""
    if isinstance(error, AbortedError):
        return AbortedError(f"{str(error).rstrip('.')}. So far: {headline(report)}.")
    return error

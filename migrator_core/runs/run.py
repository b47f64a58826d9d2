"""A whole run, from the backup on disk to the written report. Both doors call :func:`migrate`."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator_core import __version__
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.errors import AbortedError, CannotStartError, MigratorError
from migrator_core.librechat import Backup, check_exists, open_backup
from migrator_core.openwebui import (
    Ledger,
    LiveWriter,
    OpenWebUI,
    PreviewWriter,
    RunLock,
    Writer,
)
from migrator_core.progress import EventKind, Progress
from migrator_core.report import (
    BackupInfo,
    Report,
    RunInfo,
    headline,
    summary_lines,
    write_reports,
)
from migrator_core.runs.context import Context
from migrator_core.runs.driver import Driver, StoppedError
from migrator_core.runs.journal import Journal
from migrator_core.runs.phases.order import PHASES, run_phases
from migrator_core.runs.scratch import Scratch
from migrator_core.settings import Settings

HEARTBEAT_SECONDS = 1.0
"""Who watches a run from another process sees it move, and a wish to stop is soon heard."""
FINISHED = "finished"
ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended. ``run.state`` is ``finished`` or ``aborted``.

    ``headline`` and ``summary`` say it in words, ``directory`` holds the full report;
    ``warning_counts`` says how often each warning was given, by its code.
    """

    run: RunInfo
    backup: BackupInfo
    collections: Mapping[str, Mapping[str, Any]]
    headline: str
    summary: tuple[str, ...]
    directory: Path
    failures: int
    warnings: int
    warning_counts: Mapping[str, int]


async def migrate(
    settings: Settings,
    progress: Progress,
    *,
    stop: asyncio.Event | None = None,
    pause: Callable[[], None] = lambda: None,
) -> Result:
    """Migrate a backup into the Open WebUI of this environment, or preview that.

    Setting ``stop`` ends the run cleanly between two batches; it can be continued later. ``pause``
    is called between two documents in the thread that reads and converts them: a server lets
    others go first there.

    Raises:
        CannotStartError: nothing was touched.
        AbortedError: the database or the storage went away; it is safe to run again.
    """
    check_exists(settings.backup_dir)  # before anything that takes seconds
    async with AsyncExitStack() as stack:
        progress.phase_count = len(PHASES)
        target = await stack.enter_async_context(
            await OpenWebUI.connect(read_only=settings.dry_run)
        )
        progress.emit(EventKind.NOTE, f"Open WebUI {target.version} on {target.dialect}")
        workdir = stack.enter_context(work_directory())
        backup = await asyncio.to_thread(
            open_backup,
            settings.backup_dir,
            workdir=workdir,
            allow_incomplete=settings.allow_incomplete,
        )
        stack.callback(backup.close)
        progress.emit(EventKind.NOTE, f"backup: {backup.path} ({backup.kind})")
        run = _Run(settings, progress, target, backup, workdir, stop or asyncio.Event(), pause)
        return await run.execute()


class _Run:
    """One run with everything it needs at hand."""

    def __init__(
        self,
        settings: Settings,
        progress: Progress,
        target: OpenWebUI,
        backup: Backup,
        workdir: Path,
        stop: asyncio.Event,
        pause: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._pause = pause
        self._target = target
        self._backup = backup
        self._workdir = workdir
        self._stop = stop
        self._started = int(time.time())
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self._started))
        self._id = f"{stamp}-{uuid.uuid4().hex[:6]}"
        self._journal = Journal(workdir, progress)
        self._state = ABORTED

    async def execute(self) -> Result:
        """Run, and report even where it does not come to its end.

        Raises:
            MigratorError: what ended the run early, after the report was written.
        """
        directory = self._report_directory()
        with contextlib.closing(self._journal):
            async with self._writer() as writer:
                error = await self._walk(writer)
                report = self._report(FINISHED if error is None else ABORTED)
                await write_reports(report, directory)
            if error is not None and not isinstance(error, StoppedError):
                raise error
            return Result(
                run=report.run,
                backup=report.backup,
                collections=report.collections,
                headline=headline(report),
                summary=tuple(summary_lines(report)),
                directory=directory,
                failures=self._journal.tally.failures,
                warnings=self._journal.tally.warnings.total(),
                warning_counts=self._warning_counts(),
            )

    async def _walk(self, writer: Writer) -> MigratorError | None:
        """Carry out all phases; the error that ended them early, if one did."""
        with contextlib.closing(Scratch(self._workdir)) as scratch:
            known = await self._target.model_ids()
            models = ModelMapper(self._settings.model_map, self._settings.default_model, known)
            context = Context(
                self._backup, scratch, self._settings, models, self._started, self._pause
            )
            driver = Driver(writer, self._journal, self._stop)
            try:
                await run_phases(context, driver, self._target)
            except MigratorError as error:
                return error
            unbalanced = self._journal.tally.unbalanced()
            if unbalanced:
                # Never expected; but a report that hides a document would be worse.
                return AbortedError(
                    f"the outcomes of {', '.join(unbalanced)} do not add up. This is a flaw of "
                    "the tool; please report it together with report.json."
                )
            return None

    @asynccontextmanager
    async def _writer(self) -> AsyncIterator[Writer]:
        """The writer; for a run that writes, with the lock held and the ledger kept."""
        if self._settings.dry_run:
            yield PreviewWriter(self._target)
            return
        async with RunLock(self._target) as lock:
            ledger = Ledger(self._target)
            await ledger.mark_interrupted()
            await ledger.start(
                run_id=self._id,
                settings=self._settings.model_dump(mode="json"),
                backup_path=str(self._backup.path),
                backup_kind=str(self._backup.kind),
                backup_fingerprint=self._backup.fingerprint,
                tool_version=__version__,
            )
            pulse = asyncio.create_task(self._pulse(lock, ledger))
            state = ABORTED
            try:
                yield LiveWriter(self._target, ledger, self._id)
                state = self._state
            finally:
                pulse.cancel()
                await asyncio.gather(pulse, return_exceptions=True)
                counts = self._journal.tally.to_json()
                # A lost database cannot take this; the next run marks the run as interrupted.
                with contextlib.suppress(MigratorError):
                    await ledger.finish(self._id, state, counts, self._warning_counts())

    def _warning_counts(self) -> dict[str, int]:
        return {code.value: count for code, count in self._journal.tally.warnings.items()}

    async def _pulse(self, lock: RunLock, ledger: Ledger) -> None:
        """Show that the run lives, and notice when the lock is lost."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            try:
                await lock.check()
                if await ledger.heartbeat(self._id, self._journal.progress.to_json()):
                    self._stop.set()
            except MigratorError:
                self._stop.set()
                return

    def _report(self, state: str) -> Report:
        self._state = state
        return Report(
            run=RunInfo(
                id=self._id,
                mode="dry-run" if self._settings.dry_run else "run",
                started_at=self._started,
                finished_at=int(time.time()),
                tool_version=__version__,
                open_webui_version=self._target.version,
                state=state,
            ),
            backup=BackupInfo(
                str(self._backup.path), str(self._backup.kind), self._backup.fingerprint
            ),
            collections=self._journal.tally.to_json(),
            items=self._journal.items,
            warnings=self._journal.warnings,
        )

    def _report_directory(self) -> Path:
        """Where the reports go; found out to be writable before anything else happens."""
        return prepared_directory(
            self._settings.report_dir or self._target.data_dir / "librechat-migration" / self._id
        )


def prepared_directory(directory: Path) -> Path:
    """Create a directory for reports.

    Raises:
        CannotStartError: it cannot be written to.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = directory / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStartError(
            f"The reports cannot be written to {directory}: {error.strerror}. "
            "Name a writable directory with --report-dir (MIGRATION_REPORT_DIR)."
        ) from error
    return directory


@contextlib.contextmanager
def work_directory() -> Iterator[Path]:
    """A directory for unpacked archives and notes, gone when the run ends."""
    try:
        directory = Path(tempfile.mkdtemp(prefix="librechat-migrate-"))
    except OSError as error:
        raise CannotStartError(
            f"No temporary directory can be made: {error.strerror}. "
            "Set TMPDIR to a writable directory with room for the unpacked backup."
        ) from error
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)

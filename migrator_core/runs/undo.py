"""``undo``: a run is taken back, except for what people have changed or need since."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from migrator_core import __version__
from migrator_core.openwebui import (
    UNDOES,
    Ledger,
    OpenWebUI,
    Plan,
    Planning,
    Removing,
    RunLock,
    RunRecord,
    UndoMemory,
)
from migrator_core.outcome import Mode, RunState
from migrator_core.progress import EventKind, Progress
from migrator_core.report import BackupInfo, Report, Undoing
from migrator_core.runs.course import Course
from migrator_core.runs.directories import noting, report_directory, work_directory
from migrator_core.runs.driver import StoppedError
from migrator_core.runs.ending import Result, result_of, write_or_explain
from migrator_core.runs.heartbeat import Heartbeat
from migrator_core.runs.recording import early_end, recorded
from migrator_core.tally import Tally
from migrator_core.undoing import UndoCounts

_ROOM = 100 * 1024 * 1024
"""Bytes that are enough for the notes of an undo."""


async def undo(
    run_id: str | None,
    progress: Progress,
    *,
    dry_run: bool = False,
    report_dir: Path | None = None,
    stop: asyncio.Event | None = None,
) -> Result:
    """Take a run back; None means the last one that is not undone.

    With ``dry_run`` everything is looked at and nothing is changed. Setting ``stop`` ends it
    between two transactions; called again, it continues.

    Raises:
        CannotStartError: nothing was touched.
        AbortedError: the database or the storage went away; it is safe to undo again.
    """
    progress.phase_count = 1 if dry_run else 2
    async with AsyncExitStack() as stack:
        target = await stack.enter_async_context(await OpenWebUI.connect(read_only=dry_run))
        target.database.stop = stop or asyncio.Event()
        workdir = stack.enter_context(work_directory())
        plan = stack.enter_context(contextlib.closing(Plan(workdir)))
        action = _Undo(target, plan, progress, target.database.stop, dry_run=dry_run)
        return await action.execute(run_id, report_dir, workdir)


_VECTORS = (
    "vectors of what was taken back stay in {:,} collections of the vector database: it cannot "
    "be opened beside the server, or did not answer (see the log). A later run inside Open WebUI "
    "removes what nothing needs by then."
)


class _Undo:
    """One undo, or its preview."""

    def __init__(
        self,
        target: OpenWebUI,
        plan: Plan,
        progress: Progress,
        stop: asyncio.Event,
        *,
        dry_run: bool,
    ) -> None:
        self._target = target
        self._plan = plan
        self._progress = progress
        self._stop = stop
        self._dry_run = dry_run
        self._memory = UndoMemory(target)
        self._ledger = Ledger(target)
        self._course = Course.begin(Mode.UNDO, open_webui_version=target.version)
        self._heartbeat: Heartbeat | None = None

    async def execute(self, run_id: str | None, report_dir: Path | None, workdir: Path) -> Result:
        """Undo, and report even where it does not come to its end."""
        course = self._course
        directory = report_directory(report_dir, self._target.data_dir, course.id)
        async with self._opened(run_id) as run:
            counts = UndoCounts(run.id, preview=self._dry_run)
            with noting(workdir, needed=_ROOM):
                error = await early_end(self._carry_out(run), self._stop)
                self._plan.count(counts)
            course.end(RunState.FINISHED if error is None else RunState.ABORTED)
            if error is None and not self._dry_run and not counts.failed:
                await self._ledger.close_undone(run.id)
        report = Report(
            run=course.info(),
            backup=BackupInfo(run.backup_path, run.backup_kind, run.backup_fingerprint),
            collections={},
            items=lambda: (),
            warnings=lambda: (),
            undoing=Undoing(counts, self._plan.kept),
        )
        problem = await write_or_explain(report, directory)
        if isinstance(error, StoppedError):
            error = self._heartbeat.lost if self._heartbeat is not None else None
        if error is not None:
            raise error
        return result_of(report, Tally(), directory, problem)

    async def _carry_out(self, run: RunRecord) -> None:
        self._progress.start("looking")
        planning = Planning(self._target, self._memory, run, self._plan, self._breathe)
        await planning.fill()
        if not self._dry_run:
            self._progress.start("undoing")
            removing = Removing(
                self._target, self._ledger, self._memory, run, self._plan, self._breathe
            )
            await removing.carry_out()
            if removing.vectors_left:
                self._progress.emit(EventKind.NOTE, _VECTORS.format(removing.vectors_left))

    def _breathe(self, done: int) -> None:
        self._progress.advance(done)
        if self._stop.is_set():
            raise StoppedError("the undo was stopped. It is safe to undo again.")

    @asynccontextmanager
    async def _opened(self, run_id: str | None) -> AsyncIterator[RunRecord]:
        """The run to undo; for an undo that writes, with the lock held and the ledger kept."""
        if self._dry_run:
            run = await self._memory.to_undo(run_id)
            self._announce(run)
            yield run
            return
        course = self._course
        async with RunLock(self._target) as lock:
            await self._ledger.mark_interrupted()
            run = await self._memory.to_undo(run_id)
            self._announce(run)
            await self._ledger.start(
                run_id=course.id,
                settings={UNDOES: run.id},
                backup_path=run.backup_path,
                backup_kind=run.backup_kind,
                backup_fingerprint=run.backup_fingerprint,
                tool_version=__version__,
            )
            async with recorded(
                lock, self._ledger, course, self._progress, self._stop, lambda: ({}, {})
            ) as self._heartbeat:
                yield run

    def _announce(self, run: RunRecord) -> None:
        target = self._target
        self._progress.emit(EventKind.NOTE, f"Open WebUI {target.version} on {target.dialect}")
        self._progress.emit(EventKind.NOTE, f"run to undo: {run.id} ({run.state})")

"""``verify``: whether Open WebUI holds what the backup says. Nothing is written but the report."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AsyncExitStack

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.librechat import ObjectStores, check_exists
from migrator_core.openwebui import Memory, OpenWebUI
from migrator_core.outcome import Mode, RunState
from migrator_core.progress import Progress
from migrator_core.runs.comparing import Comparison, Findings, QuietJournal
from migrator_core.runs.course import Course
from migrator_core.runs.directories import report_directory, work_directory
from migrator_core.runs.ending import Result, report_of, result_of, write_or_explain
from migrator_core.runs.opening import open_for
from migrator_core.runs.phases import PHASES
from migrator_core.settings import Settings

_ALIVE = 60
"""Seconds since its last sign of life for which a run counts as running."""


async def verify(
    settings: Settings,
    progress: Progress,
    *,
    stop: asyncio.Event | None = None,
    pause: Callable[[], None] = lambda: None,
    pool: Executor | None = None,
) -> Result:
    """Compare the Open WebUI of this environment with a backup.

    ``settings`` are those of the run that migrated it. See :func:`~.run.migrate` for ``stop``,
    ``pause`` and ``pool``.

    Raises:
        CannotStartError: there is nothing to read, or a run is under way.
        AbortedError: the comparison did not come to its end.
    """
    check_exists(settings.backup_dir)
    async with AsyncExitStack() as stack:
        progress.phase_count = len(PHASES)
        target = await stack.enter_async_context(
            await OpenWebUI.connect(read_only=True, fetches=True)
        )
        await _refuse_while_running(target)
        target.database.begun = True
        workdir = stack.enter_context(work_directory())
        backup = stack.enter_context(await open_for(target, settings, workdir, progress))
        journal = stack.enter_context(contextlib.closing(QuietJournal(workdir, progress)))
        findings = stack.enter_context(contextlib.closing(Findings(workdir)))
        target.database.stop = stop or asyncio.Event()
        stores = stack.enter_context(
            ObjectStores.of(settings, workdir, target.database.stop.is_set)
        )
        course = Course.begin(Mode.VERIFY, open_webui_version=target.version)
        directory = report_directory(settings.report_dir, target.data_dir, course.id)
        comparison = Comparison(
            settings,
            target,
            backup,
            journal,
            findings,
            workdir,
            target.database.stop,
            pause,
            pool,
            stores,
        )
        verification, error = await comparison.attempt(course.started)
        course.end(RunState.FINISHED if error is None else RunState.ABORTED)
        report = report_of(course, backup, journal, verification)
        if error is not None:
            raise AbortedError(f"The verification did not come to its end: {error}") from error
        problem = await write_or_explain(report, directory)
        return result_of(report, journal.tally, directory, problem)


async def _refuse_while_running(target: OpenWebUI) -> None:
    for run in await Memory(target).runs():
        if run.state is RunState.RUNNING and time.time() - run.heartbeat_at < _ALIVE:
            raise CannotStartError(
                f"The migration {run.id} is under way ({run.owner}). Verify when it has ended."
            )

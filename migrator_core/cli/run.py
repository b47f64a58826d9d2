"""``run``, ``verify`` and ``undo``: migrate, preview, compare with the backup, take back."""

from __future__ import annotations

import asyncio
import gc
import threading
from functools import partial
from pathlib import Path
from typing import Protocol

from migrator_core import Result, migrate, processes
from migrator_core import undo as undo_run
from migrator_core import verify as verify_target
from migrator_core.cli.display import display
from migrator_core.cli.exits import ExitStatus
from migrator_core.cli.output import complain, json_line, say
from migrator_core.cli.stopping import until_asked
from migrator_core.cli.termination import leave_word
from migrator_core.errors import AbortedError
from migrator_core.outcome import RunState
from migrator_core.progress import Progress
from migrator_core.settings import Settings
from migrator_core.visible import visible


class _Action(Protocol):
    """What is done: :func:`migrate`, :func:`verify_target`, :func:`undo_run`, bound to settings."""

    async def __call__(self, progress: Progress, *, stop: asyncio.Event) -> Result: ...


_STOPPED = "the run was stopped before its end. It is safe to run again."


def run(settings: Settings, log_format: str) -> ExitStatus:
    """Migrate once and say how it ended.

    Raises:
        CannotStartError: nothing was touched.
        AbortedError: it stopped before its end.
    """
    with processes(settings.processes - 1) as pool:
        return _carry_out(
            partial(migrate, settings, pool=pool),
            log_format,
            fail_on_warnings=settings.fail_on_warnings,
        )


def verify(settings: Settings, log_format: str) -> ExitStatus:
    """Compare Open WebUI with the backup and say what was found. Raises as :func:`run` does."""
    with processes(settings.processes - 1) as pool:
        return _carry_out(partial(verify_target, settings, pool=pool), log_format)


def undo(
    run_id: str | None, log_format: str, *, dry_run: bool, report_dir: Path | None
) -> ExitStatus:
    """Take a run back and say what was kept. Raises as :func:`run` does."""
    action = partial(undo_run, run_id, dry_run=dry_run, report_dir=report_dir)
    return _carry_out(action, log_format)


def _carry_out(action: _Action, log_format: str, *, fail_on_warnings: bool = False) -> ExitStatus:
    # The run makes and drops millions of small objects without cycles; collecting less often
    # saves a tenth of its time.
    gc.set_threshold(100_000, 50, 50)
    ended = threading.Event()
    try:
        result = asyncio.run(_run(action, log_format, ended))
    except asyncio.CancelledError:
        raise AbortedError(_STOPPED) from None
    finally:
        ended.set()
    _print_result(result, log_format)
    if result.report_problem is not None:
        complain(f"librechat-migrate: {visible(result.report_problem)}")
    leave_word(_last_line(result))
    if result.run.state != RunState.FINISHED:
        raise AbortedError(_STOPPED)
    if result.verification is not None and not result.verification.is_clean:
        return ExitStatus.DIFFERENCES
    if result.failures:
        return ExitStatus.SOME_FAILED
    if result.warnings and fail_on_warnings:
        return ExitStatus.WARNINGS
    return ExitStatus.FINISHED


async def _run(action: _Action, log_format: str, ended: threading.Event) -> Result:
    progress = Progress()
    stop = asyncio.Event()
    async with until_asked(stop, ended), display(progress, log_format):
        return await action(progress, stop=stop)


def _last_line(result: Result) -> str:
    if result.undo is not None:
        return result.headline
    return f"{result.headline}, {result.warnings:,} warnings"


def _print_result(result: Result, log_format: str) -> None:
    if log_format == "json":
        record = {
            "event": "finished",
            "headline": result.headline,
            "run": result.run.to_json(),
            "collections": dict(result.collections),
            "warnings": result.warnings,
            "verification": result.verification and result.verification.to_json(),
            "undo": result.undo and result.undo.to_json(),
            "report_dir": str(result.directory),
        }
        say(json_line(record))
        return
    say()
    for line in (*result.summary, "", _last_line(result), f"reports: {result.directory}"):
        say(visible(line))

"""``run`` and ``verify``: migrate, preview, or compare with the backup."""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import Protocol

from migrator_core import Result, migrate
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
    """What is done with the settings: :func:`migrate`, :func:`verify_target`."""

    async def __call__(
        self, settings: Settings, progress: Progress, *, stop: asyncio.Event
    ) -> Result: ...


_STOPPED = "the run was stopped before its end. It is safe to run again."


def run(settings: Settings, log_format: str) -> ExitStatus:
    """Migrate once and say how it ended.

    Raises:
        CannotStartError: nothing was touched.
        AbortedError: it stopped before its end.
    """
    return _carry_out(settings, log_format, migrate)


def verify(settings: Settings, log_format: str) -> ExitStatus:
    """Compare Open WebUI with the backup and say what was found. Raises as :func:`run` does."""
    return _carry_out(settings, log_format, verify_target)


def _carry_out(settings: Settings, log_format: str, action: _Action) -> ExitStatus:
    # The run makes and drops millions of small objects without cycles; collecting less often
    # saves a tenth of its time.
    gc.set_threshold(100_000, 50, 50)
    ended = threading.Event()
    try:
        result = asyncio.run(_run(settings, log_format, ended, action))
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
    if result.warnings and settings.fail_on_warnings:
        return ExitStatus.WARNINGS
    return ExitStatus.FINISHED


async def _run(
    settings: Settings, log_format: str, ended: threading.Event, action: _Action
) -> Result:
    progress = Progress()
    stop = asyncio.Event()
    async with until_asked(stop, ended), display(progress, log_format):
        return await action(settings, progress, stop=stop)


def _last_line(result: Result) -> str:
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
            "report_dir": str(result.directory),
        }
        say(json_line(record))
        return
    say()
    for line in (*result.summary, "", _last_line(result), f"reports: {result.directory}"):
        say(visible(line))

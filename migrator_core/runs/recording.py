"""A run in the ledger, from its start to its end, however it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from migrator_core.errors import MigratorError
from migrator_core.openwebui import Ledger, RunLock
from migrator_core.outcome import RunState
from migrator_core.progress import Progress
from migrator_core.runs.course import Course
from migrator_core.runs.driver import stopped
from migrator_core.runs.heartbeat import Heartbeat

Sums: TypeAlias = tuple[Mapping[str, Any], Mapping[str, int]]
"""What the ledger keeps of an ended run: counts by collection, warnings by code."""


@asynccontextmanager
async def recorded(
    lock: RunLock,
    ledger: Ledger,
    course: Course,
    progress: Progress,
    stop: asyncio.Event,
    sums: Callable[[], Sums],
) -> AsyncIterator[Heartbeat]:
    """Beat while the body runs, and note how the run that the ledger has opened ended.

    A body that does not end the course itself has aborted.
    """
    heartbeat = Heartbeat(lock, ledger, course.id, progress, stop)
    try:
        async with heartbeat:
            yield heartbeat
    finally:
        if course.state is RunState.RUNNING:
            course.end(RunState.ABORTED)
        # A lost database cannot take this; the next run marks the run as interrupted.
        with contextlib.suppress(MigratorError):
            await ledger.finish(course.id, course.state, *sums())


async def early_end(work: Awaitable[None], stop: asyncio.Event) -> MigratorError | None:
    """Do the work; the error that ended it early, if one did, ``stop`` included."""
    try:
        await work
    except MigratorError as error:
        return error
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        return stopped()
    return None

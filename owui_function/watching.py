"""Following a preview or a run until it ends, wherever it goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from migrator_core.target import Ledger, OpenWebUI, RunRecord, RunState
from owui_function.card import progress_body
from owui_function.jobs import Job, elsewhere
from owui_function.stage import Stage
from owui_function.views import View

T = TypeVar("T")

TICK_SECONDS = 1.0
_LINE_SECONDS = 10.0
_SILENT_AFTER = 30
"""Seconds without a heartbeat after which a run's process counts as gone."""


async def aside(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Carry out work that blocks now and then: in a thread, with a loop of its own."""
    return await asyncio.to_thread(lambda: asyncio.run(work()))


async def runs() -> list[RunRecord]:
    """All runs that the ledger knows, the newest first."""

    async def read() -> list[RunRecord]:
        async with await OpenWebUI.connect(read_only=True) as target:
            return await Ledger(target).runs()

    return await aside(read)


async def running_elsewhere() -> RunRecord | None:
    """The run that another process carries out now."""
    found = await runs()
    return found[0] if found and alive(found[0]) else None


def alive(record: RunRecord) -> bool:
    """Whether a run goes on; one whose process died stays "running" until the next one starts."""
    return record.state == RunState.RUNNING and time.time() - record.heartbeat_at < _SILENT_AFTER


async def request_stop(run_id: str) -> None:
    """Ask another process to end its run."""

    async def ask() -> None:
        async with await OpenWebUI.connect(read_only=False) as target:
            await Ledger(target).request_stop(run_id)

    await aside(ask)


async def follow(job: Job, stage: Stage) -> AsyncIterator[str]:
    """Show a job of this process until it ends; text only where nobody sees the card."""

    async def look() -> View | None:
        return None if job.ended else job.view()

    async for line in _show(look, stage):
        yield line


async def follow_record(run_id: str, stage: Stage) -> AsyncIterator[str]:
    """Show a run of another process until it ends or falls silent."""

    async def look() -> View | None:
        record = next((r for r in await runs() if r.id == run_id), None)
        if record is None or not alive(record):
            return None
        return elsewhere(record.progress, stopping=record.stop_requested_at is not None)

    async for line in _show(look, stage):
        yield line


async def _show(look: Callable[[], Awaitable[View | None]], stage: Stage) -> AsyncIterator[str]:
    view = await look()
    if view is None:
        return
    await stage.card(progress_body(view))
    said, step = time.monotonic(), ""
    while view is not None:
        await stage.move(progress_body(view))
        if view.current != step:
            step = view.current
            await stage.status(view.line, done=False)
        if not stage.visible and time.monotonic() - said >= _LINE_SECONDS:
            said = time.monotonic()
            yield view.line + "\n"
        await asyncio.sleep(TICK_SECONDS)
        view = await look()

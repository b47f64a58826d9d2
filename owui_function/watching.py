"""Following a preview or a run until it ends, wherever it goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from migrator_core.errors import CannotStartError
from migrator_core.openwebui import Ledger, OpenWebUI, RunLock, RunRecord, RunState
from owui_function.card import progress_body
from owui_function.jobs import Job
from owui_function.stage import Stage
from owui_function.views import View, view_of

T = TypeVar("T")

TICK_SECONDS = 1.0
_LINE_SECONDS = 10.0


async def aside(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Carry out work that blocks now and then: in a thread, with a loop of its own."""
    return await asyncio.to_thread(lambda: asyncio.run(work()))


async def runs() -> list[RunRecord]:
    """All runs that the ledger knows, the newest first."""

    async def read() -> list[RunRecord]:
        async with await OpenWebUI.connect(read_only=True) as target:
            return await runs_in(target)

    return await aside(read)


async def runs_in(target: OpenWebUI) -> list[RunRecord]:
    """The same, of an Open WebUI that is connected.

    A run whose process died stays "running" in the ledger until the next one begins. The lock
    died with the process, so it tells at once: such a run is given as interrupted.
    """
    found = await Ledger(target).runs()
    if not any(record.state == RunState.RUNNING for record in found) or await _goes_on(target):
        return found
    return [
        replace(record, state=RunState.INTERRUPTED.value, finished_at=record.heartbeat_at)
        if record.state == RunState.RUNNING
        else record
        for record in found
    ]


async def _goes_on(target: OpenWebUI) -> bool:
    try:
        async with RunLock(target):
            return False
    except CannotStartError:
        return True


async def running_elsewhere() -> RunRecord | None:
    """The run that another process carries out now."""
    found = await runs()
    return found[0] if found and found[0].state == RunState.RUNNING else None


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
    """Show a run of another process until it ends or its process does."""

    async def look() -> View | None:
        record = next((r for r in await runs() if r.id == run_id), None)
        if record is None or record.state != RunState.RUNNING:
            return None
        stopping = record.stop_requested_at is not None
        return view_of(record.progress, preview=False, stopping=stopping)

    async for line in _show(look, stage):
        yield line


async def _show(look: Callable[[], Awaitable[View | None]], stage: Stage) -> AsyncIterator[str]:
    view = await look()
    if view is None:
        return
    await stage.card(progress_body(view))
    said = time.monotonic()
    while view is not None:
        await stage.move(progress_body(view))
        await stage.status(view.step, done=False)
        if not stage.visible and time.monotonic() - said >= _LINE_SECONDS:
            said = time.monotonic()
            yield view.line + "\n"
        await asyncio.sleep(TICK_SECONDS)
        view = await look()

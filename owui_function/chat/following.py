"""Following a preview or a run until it ends, wherever it goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from migrator_core.outcome import RunState
from owui_function.aside import Aside
from owui_function.card import progress_body
from owui_function.chat.message import Message
from owui_function.jobs.job import Job
from owui_function.jobs.views import View, view_of

TICK_SECONDS = 1.0
_LINE_SECONDS = 10.0


async def follow(job: Job, message: Message) -> AsyncIterator[str]:
    """Show a job of this process until it ends; text only where nobody sees the card."""

    async def look() -> View | None:
        if job.ended:
            return None
        # A job of an earlier version of the Function may lack what this one has.
        stopping = getattr(job, "stopping", False)
        verifies = getattr(job, "verifies", False)
        progress = job.progress.to_json()
        undoes = getattr(job, "undoes", None) is not None
        return view_of(
            progress, preview=job.preview, stopping=stopping, verifies=verifies, undoes=undoes
        )

    async for line in _show(look, message):
        yield line


async def follow_record(run_id: str, message: Message, aside: Aside) -> AsyncIterator[str]:
    """Show a run of another process until it ends or its process does."""

    async def look() -> View | None:
        record = next((r for r in await aside.runs() if r.id == run_id), None)
        if record is None or record.state != RunState.RUNNING:
            return None
        stopping = record.stop_requested_at is not None
        undoes = record.undoes is not None
        return view_of(record.progress, preview=False, stopping=stopping, undoes=undoes)

    async for line in _show(look, message):
        yield line


async def _show(look: Callable[[], Awaitable[View | None]], message: Message) -> AsyncIterator[str]:
    view = await look()
    if view is None:
        return
    await message.card(progress_body(view))
    said = time.monotonic()
    while view is not None:
        await message.move(progress_body(view))
        await message.status(view.step, done=False)
        if not message.visible and time.monotonic() - said >= _LINE_SECONDS:
            said = time.monotonic()
            yield view.line + "\n"
        await asyncio.sleep(TICK_SECONDS)
        view = await look()

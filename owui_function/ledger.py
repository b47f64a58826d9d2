"""What the ledger knows of runs, whoever carries them out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from migrator_core.openwebui import Ledger, OpenWebUI, RunLock, RunRecord, RunState

T = TypeVar("T")


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
    if (
        not any(record.state == RunState.RUNNING for record in found)
        or await RunLock(target).is_held()
    ):
        return found
    return [
        replace(record, state=RunState.INTERRUPTED, finished_at=record.heartbeat_at)
        if record.state == RunState.RUNNING
        else record
        for record in found
    ]


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

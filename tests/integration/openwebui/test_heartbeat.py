"""The sign of life of a run ends with it, whatever it was doing in that moment."""

from __future__ import annotations

import asyncio
import os

import pytest

from migrator_core.openwebui import RunLock, RunState
from migrator_core.progress import Progress
from migrator_core.runs.heartbeat import Heartbeat
from tests.integration.openwebui.conftest import OpenRun

ENDS = int(os.environ.get("HEARTBEAT_ENDS", "60"))
"""Of runs. Where a beat that was cancelled went on, a few dozen were enough to meet one."""
BEAT = 0.001
PATIENCE = 60.0
"""Seconds, for all that hangs."""


@pytest.mark.postgres
async def test_no_end_of_a_run_hangs_however_fast_the_heart_beats(postgres_run: OpenRun) -> None:
    run = postgres_run
    for number in range(ENDS):
        stop = asyncio.Event()
        async with asyncio.timeout(PATIENCE), RunLock(run.target) as lock:
            beating = Heartbeat(lock, run.ledger, run.run_id, Progress(), stop, every=BEAT)
            async with beating:
                await asyncio.sleep(number % 20 * BEAT / 4)  # ends meet every part of a beat
        assert beating.lost is None
        assert not stop.is_set()
        assert not await RunLock(run.target).is_held()
    others = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
    assert not any("_beat" in repr(task) for task in others)
    await run.ledger.finish(run.run_id, RunState.FINISHED, {}, {})
    (ended,) = await run.ledger.runs()
    assert ended.state == RunState.FINISHED

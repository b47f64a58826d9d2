"""Whether a run goes on is told by its lock, in both databases, over one connection an answer."""

from __future__ import annotations

import asyncio
import threading

import pytest

from migrator_core.openwebui import Ledger, RunLock, RunRecord, RunState
from migrator_core.runs.past import History
from owui_function.aside import Aside
from tests.support.databases import Database

pytestmark = pytest.mark.xdist_group("function-watching")


async def _begun(database: Database) -> RunRecord:
    async with database.open() as target:
        return await Ledger(target).start(
            settings={}, backup_path="/b", backup_kind="mongoexport", backup_fingerprint="f",
            tool_version="0.1.0",
        )  # fmt: skip


async def test_a_run_goes_on_as_long_as_its_lock_is_held(database: Database) -> None:
    async with database.open(read_only=True) as target:
        assert await History(target).runs() == []
    run = await _begun(database)
    async with database.open() as holder, database.open(read_only=True) as target:
        async with RunLock(holder):
            assert await History(target).runs() == [run]
        (seen,) = await History(target).runs()
        assert (seen.id, seen.state) == (run.id, RunState.INTERRUPTED)
        assert seen.finished_at == run.heartbeat_at
        assert (await Ledger(target).runs())[0].state == RunState.RUNNING  # looking writes nothing
        async with RunLock(holder):  # and keeps no lock
            pass


async def test_runs_that_ended_are_as_the_ledger_has_them(database: Database) -> None:
    run = await _begun(database)
    async with database.open() as target:
        await Ledger(target).finish(run.id, RunState.FINISHED, {}, {})
        assert await History(target).runs() == await Ledger(target).runs()


async def test_one_answer_connects_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await _begun(database)
    opened: list[History] = []

    async def open_history() -> History:
        opened.append(History(database.open(read_only=True)))
        return opened[-1]

    monkeypatch.setattr(History, "open", open_history)
    before = threading.enumerate()
    aside = Aside()
    async with database.open() as holder, RunLock(holder):
        for _ in range(3):
            assert await aside.running_elsewhere() == run
        # Whoever stops looking, stops nobody else.
        stopped = asyncio.create_task(aside.runs())
        await asyncio.sleep(0)
        stopped.cancel()
        await asyncio.gather(stopped, return_exceptions=True)
        assert await aside.runs() == [run]
    await aside.close()
    await aside.close()
    assert len(opened) == 1
    new = [thread for thread in threading.enumerate() if thread not in before]
    assert not [thread for thread in new if thread.name == "librechat-migration-aside"]

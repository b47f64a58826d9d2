"""Whether a run goes on is told by its lock, in both databases."""

from __future__ import annotations

import pytest

from migrator_core.openwebui import Ledger, RunLock, RunRecord, RunState
from owui_function.ledger import runs_in
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
        assert await runs_in(target) == []
    run = await _begun(database)
    async with database.open() as holder, database.open(read_only=True) as target:
        async with RunLock(holder):
            assert await runs_in(target) == [run]
        (seen,) = await runs_in(target)
        assert (seen.id, seen.state) == (run.id, RunState.INTERRUPTED)
        assert seen.finished_at == run.heartbeat_at
        assert (await Ledger(target).runs())[0].state == RunState.RUNNING  # looking writes nothing
        async with RunLock(holder):  # and keeps no lock
            pass


async def test_runs_that_ended_are_as_the_ledger_has_them(database: Database) -> None:
    run = await _begun(database)
    async with database.open() as target:
        await Ledger(target).finish(run.id, RunState.FINISHED, {}, {})
        assert await runs_in(target) == await Ledger(target).runs()

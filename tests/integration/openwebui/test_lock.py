"""One run at a time, and no lock outlives its holder."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.openwebui import OpenWebUI, RunLock
from tests.integration.openwebui.conftest import start_run
from tests.support.databases import Database


async def test_the_second_run_is_told_who_holds_the_lock(database: Database) -> None:
    async with database.open() as target, database.open() as other:
        async with RunLock(target) as lock:
            run = await start_run(target)
            await lock.check()
            with pytest.raises(CannotStartError, match=run.run_id) as refused:
                await RunLock(other).acquire()
            assert "lock comes free" in str(refused.value)
        async with RunLock(other):
            pass
        async with RunLock(other):  # and again: releasing leaves nothing behind
            pass
    assert not list(database.home.rglob("*.lock"))


HOLD = """
import asyncio, sys
from pathlib import Path
from tests.support.databases import Database
from migrator_core.openwebui import OpenWebUI, RunLock

async def hold():
    async with Database(sys.argv[1], Path(sys.argv[2])).open() as target, RunLock(target):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


async def _comes_free(target: OpenWebUI) -> None:
    """At once; PostgreSQL has to notice first that nobody is there any more."""
    for _ in range(200 if target.dialect == "postgresql" else 0):
        try:
            async with RunLock(target):
                return
        except CannotStartError:
            await asyncio.sleep(0.05)
    async with RunLock(target):
        pass


async def test_the_lock_of_a_killed_process_is_free(database: Database) -> None:
    target = database.deployment
    holder = await asyncio.create_subprocess_exec(
        target.python,
        "-c",
        HOLD,
        database.url,
        database.home,
        env={**target.variables, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"held\n"
        async with database.open() as mine:
            with pytest.raises(CannotStartError):
                await RunLock(mine).acquire()
            holder.kill()
            await holder.wait()
            await _comes_free(mine)
    finally:
        if holder.returncode is None:
            holder.kill()
            await holder.wait()


async def test_a_lost_session_is_noticed(postgres_database: Database) -> None:
    async with postgres_database.open() as target, postgres_database.open() as other:
        async with RunLock(target) as lock:
            async with other.database.engine.connect() as connection:
                await connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                )
            with pytest.raises(AbortedError, match="safe to run again"):
                await lock.check()
        await _comes_free(other)

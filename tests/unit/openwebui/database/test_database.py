"""The way to the database: what is tried again, how long, and what is said in the end."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import sqlalchemy.exc as sa_exc
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.openwebui.database.database import Database
from migrator_core.openwebui.database.faults import RejectedError

TABLE = sa.Table("thing", sa.MetaData(), sa.Column("name", sa.Text, primary_key=True))


def open_database(home: Path, *, patience: float = 30.0, discreet: bool = False) -> Database:
    engine = create_async_engine(f"sqlite+aiosqlite:///{home / 'webui.db'}")
    return Database(engine, patience=patience, discreet=discreet)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with one empty table."""
    database = open_database(tmp_path)
    await database.write(lambda connection: connection.run_sync(TABLE.create))
    yield database
    await database.close()


class Trouble:
    """Raises an error as often as it is told, after it has written something."""

    def __init__(self, times: int, error: type[Exception] = ConnectionResetError) -> None:
        self.calls = 0
        self._times = times
        self._error = error

    async def __call__(self, connection: AsyncConnection) -> str:
        self.calls += 1
        await connection.execute(sa.insert(TABLE).values(name=f"call {self.calls}"))
        if self.calls <= self._times:
            raise self._error
        return "done"


async def names(database: Database) -> list[str]:
    return [row.name for row in await database.rows(sa.select(TABLE).order_by(TABLE.c.name))]


async def test_a_broken_connection_is_tried_again_and_leaves_nothing(database: Database) -> None:
    trouble = Trouble(2)
    assert await database.write(trouble) == "done"
    assert (trouble.calls, await names(database)) == (3, ["call 3"])


async def test_reading_never_leaves_anything(database: Database) -> None:
    assert await database.read(Trouble(1)) == "done"
    assert await names(database) == []


async def test_what_no_row_is_to_blame_for_is_a_sentence(database: Database) -> None:
    missing = sa.select(sa.table("no_such_table", sa.column("name")))
    with pytest.raises(CannotStartError, match=r"cannot be reached.*no such table") as told:
        await database.rows(missing)
    assert "Check DATABASE_URL" in str(told.value)
    database.begun = True
    with pytest.raises(AbortedError, match=r"no such table.*safe to run again"):
        await database.rows(missing)
    with pytest.raises(AbortedError):
        await database.write(lambda connection: connection.execute(missing))


async def test_a_row_that_is_to_blame_is_rejected_and_nothing_stays(database: Database) -> None:
    async def twice(connection: AsyncConnection) -> None:
        for _ in range(2):
            await connection.execute(sa.insert(TABLE).values(name="secret words"))

    with pytest.raises(RejectedError) as told:
        await database.try_write(twice)
    assert "secret words" not in str(told.value)
    assert await names(database) == []


async def test_errors_below_hide_what_was_written(database: Database) -> None:
    await database.try_write(Trouble(0))
    with pytest.raises(RejectedError) as told:
        await database.try_write(Trouble(0))
    assert "call 1" not in str(told.value.__cause__)


async def test_a_locked_database_is_waited_for(database: Database, tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "webui.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.1, holder.close)
    assert await database.write(Trouble(0)) == "done"


@pytest.mark.parametrize("begun", [False, True])
async def test_patience_ends(tmp_path: Path, begun: bool) -> None:
    database = open_database(tmp_path, patience=0.0)
    database.begun = begun
    trouble = Trouble(99)
    await database.write(lambda connection: connection.run_sync(TABLE.create))
    with pytest.raises(AbortedError if begun else CannotStartError):
        await database.write(trouble)
    assert trouble.calls == 1
    await database.close()


async def test_a_run_that_is_to_stop_gives_up_soon(database: Database) -> None:
    database.stop = asyncio.Event()
    database.begun = True
    trouble = Trouble(99)
    asyncio.get_running_loop().call_later(0.1, database.stop.set)
    with pytest.raises(AbortedError, match="safe to run again"):
        await database.write(trouble)


async def test_a_run_that_stops_can_still_note_how_it_ended(database: Database) -> None:
    database.stop = asyncio.Event()
    database.stop.set()
    assert await database.write(Trouble(2)) == "done"


async def test_where_the_address_may_hold_a_secret_nothing_of_the_driver_is_said(
    tmp_path: Path,
) -> None:
    database = open_database(tmp_path, discreet=True)

    async def refused(_connection: AsyncConnection) -> None:
        words = "failed to resolve host 'rest-of-the-password'"
        raise sa_exc.ProgrammingError("SELECT 1", {}, Exception(words))

    with pytest.raises(CannotStartError, match="%40") as told:
        await database.read(refused)
    assert "rest-of-the-password" not in str(told.value)
    assert str(tmp_path) not in str(told.value)
    await database.close()

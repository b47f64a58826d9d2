"""Reading a SQLite file: nothing can be written, and a watcher keeps its connection."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
import sqlalchemy.exc as sa_exc
from sqlalchemy.ext.asyncio import create_async_engine

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.database.engines import read_only_engine

COUNT = sa.text("SELECT count(*) FROM thing")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A SQLite file with one table."""
    path = tmp_path / "a b.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE thing (name TEXT)")
    connection.close()
    return path


async def test_a_watcher_opens_the_file_once_and_sees_what_others_write(path: Path) -> None:
    reader = read_only_engine(create_async_engine(f"sqlite+aiosqlite:///{path}"))
    opened: list[object] = []
    sa.event.listen(reader.sync_engine, "connect", lambda connection, _: opened.append(connection))
    for number in range(5):
        async with reader.connect() as connection:
            assert (await connection.execute(COUNT)).scalar() == number
        with sqlite3.connect(path) as writer:
            writer.execute("INSERT INTO thing VALUES ('x')")
        writer.close()
    assert len(opened) == 1
    async with reader.connect() as connection:
        with pytest.raises(sa_exc.OperationalError, match="readonly"):
            await connection.execute(sa.text("INSERT INTO thing VALUES ('y')"))
    await reader.dispose()


async def test_where_no_log_can_be_shared_no_connection_grows_old(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    reader = read_only_engine(create_async_engine(f"sqlite+aiosqlite:///{path}"))
    assert "immutable=1" in str(reader.url)
    for number in range(2):
        async with reader.connect() as connection:
            assert (await connection.execute(COUNT)).scalar() == number
        with sqlite3.connect(path) as writer:
            writer.execute("INSERT INTO thing VALUES ('x')")
        writer.close()


def test_a_database_in_memory_cannot_be_read_from_outside() -> None:
    with pytest.raises(CannotStartError, match="in memory"):
        read_only_engine(create_async_engine("sqlite+aiosqlite://"))

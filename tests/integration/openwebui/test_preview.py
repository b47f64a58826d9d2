"""A preview gives a run's answers and leaves no trace."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
import sqlalchemy.exc as sa_exc

from migrator_core.item import Item
from migrator_core.openwebui import PreviewWriter, Writer, Written
from migrator_core.outcome import State
from tests.integration.openwebui.conftest import OpenRun, start_run
from tests.support.databases import ADMIN, Database
from tests.support.rows import (
    HASH,
    chat,
    file,
    group,
    item,
    key,
    model,
    prompt,
    tag,
    user,
)


def batches() -> list[list[Item]]:
    """Everything that can happen to an item, spread over several batches."""
    bea = key("bea")
    return [
        [item(user("bea")), item(user("admin2", email=ADMIN["email"])), item(user("carl"))],
        [item(user("bea2", email="Bea@People.example")), item(user("long", username="u" * 51))],
        [item(tag("Later", bea)), item(tag("later", bea)), item(tag("Later", key("carl")))],
        [item(tag("LATER", bea)), item(group("Team", bea)), item(group("Team", bea))],
        [item(chat("Trip", bea)), item(chat("Bad", bea, title="\ud800")), item(chat("Kept", bea))],
        [item(prompt("greet", bea)), item(replace(prompt("greet", bea), id="p2"))],
        [item(replace(prompt("greet", bea), id="p3")), item(prompt("greet", bea))],
        [item(model("one", bea)), item(model("one", bea)), item(model("two", bea))],
    ]


async def answers(writer: Writer) -> list[tuple[object, ...]]:
    """What a writer says to all of it."""
    told: list[Written] = []
    for batch in batches():
        told += await writer.write(batch)
    taken = file("taken", key("bea"))
    told.append(await writer.write_file(item(file("a", key("bea"))), lambda: io.BytesIO(b"a")))
    told.append(await writer.write_file(item(taken), lambda: io.BytesIO(b"ours")))
    return [(one.item.source_id, one.state, one.reason, one.detail, one.target_id) for one in told]


async def test_a_preview_answers_like_the_run(database: Database) -> None:
    database.uploads.mkdir(parents=True)
    taken = file("taken", key("bea"))
    (database.uploads / taken.stored_name).write_bytes(b"somebody else's")
    async with database.open() as target:
        earlier = await start_run(target)
        await earlier.writer.write([item(chat("Trip", key("bea"))), item(model("two", key("bea")))])
        await earlier.delete("chat", key("Trip"))
        before = await earlier.everything()
        async with database.open(read_only=True) as reader:
            preview = await answers(PreviewWriter(reader))
            again = await answers(PreviewWriter(reader))
        assert await earlier.everything() == before
        assert len(await earlier.items()) == 3  # the chat brought a tag
        run = await start_run(target)
        assert await answers(run.writer) == preview == again
    states = {state for _, state, *_ in preview}
    assert states == set(State)
    assert (database.uploads / taken.stored_name).read_bytes() == b"somebody else's"


async def test_a_preview_of_a_password_changes_none(run: OpenRun, database: Database) -> None:
    await run.writer.write([item(user("bea", password_hash="old"))])
    admin = await run.target.inventory.first_admin()
    bea = (await run.target.inventory.accounts(["bea@people.example"]))["bea@people.example"]
    async with database.open(read_only=True) as reader:
        writer = PreviewWriter(reader)
        assert await writer.set_password(bea, HASH)
        assert not await writer.set_password(bea, "old")
        assert not await writer.set_password(admin, HASH)
    assert {row["password"] for row in await run.rows("auth")} == {"no hash", "old"}


async def test_through_a_read_only_connection_nothing_can_be_written(database: Database) -> None:
    async with database.open(read_only=True) as reader:
        user_table = reader.schema.table("user")
        with pytest.raises(sa_exc.DBAPIError):
            async with reader.database.engine.begin() as connection:
                await connection.execute(sa.delete(user_table))
        await reader.check()


async def test_a_preview_works_before_the_first_run(database: Database) -> None:
    async with database.open(read_only=True) as reader:
        (written,) = await PreviewWriter(reader).write([item(user("bea"))])
        tables = await _tables(reader.database.engine.url.get_backend_name(), database)
    assert written.state is State.MIGRATED
    assert not [name for name in tables if name.startswith("librechat")]


async def _tables(dialect: str, database: Database) -> list[str]:
    async with database.open() as target, target.database.engine.connect() as connection:
        return await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class TestSqliteFile:
    """The database file itself, byte for byte."""

    async def test_a_database_at_rest(self, sqlite_database: Database) -> None:
        path = sqlite_database.home / "data" / "webui.db"
        before = _digest(path)
        async with sqlite_database.open(read_only=True) as reader:
            await answers(PreviewWriter(reader))
        assert _digest(path) == before

    async def test_a_log_that_a_killed_server_left_behind(self, sqlite_database: Database) -> None:
        path = sqlite_database.home / "data" / "webui.db"
        program = (
            "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
            "c.execute('PRAGMA journal_mode=WAL');"
            "c.execute('UPDATE \"user\" SET name = \\'From the log\\''); c.commit(); os._exit(0)"
        )
        command: list[str | Path] = [sys.executable, "-c", program, path]
        await asyncio.to_thread(lambda: subprocess.run(command, check=True))
        log = path.with_name("webui.db-wal")
        before, log_before = _digest(path), _digest(log)
        async with sqlite_database.open(read_only=True) as reader:
            await answers(PreviewWriter(reader))
            async with reader.database.engine.connect() as connection:
                names = await connection.execute(sa.select(reader.schema.table("user").c.name))
                assert list(names.scalars()) == ["From the log"]
        assert (_digest(path), _digest(log)) == (before, log_before)

    async def test_a_directory_nobody_may_write_to(
        self, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = sqlite_database.home / "data" / "webui.db"
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
        before = {child.name for child in path.parent.iterdir()}
        # Root may write anywhere: the question is answered as on a read-only mount.
        monkeypatch.setattr(os, "access", lambda *_: False)
        async with sqlite_database.open(read_only=True) as reader:
            await answers(PreviewWriter(reader))
        after = {child.name for child in path.parent.iterdir()}
        assert after - {"uploads"} == before

"""The registry on real databases: it alone finds what an item made, and takes it away again."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, TypeAlias

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui import EntryState, LedgerItem
from migrator_core.openwebui.belonging import Rows as TableRows
from migrator_core.openwebui.belonging import conditions
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.kind import Kind
from migrator_core.openwebui.tables.registry import KINDS, WRITTEN, kind_named, kind_of
from migrator_core.outcome import State
from migrator_core.rows import FileRow, Grant, Row
from tests.integration.openwebui.conftest import OpenRun, start_run
from tests.support.databases import ADMIN_SINCE, Database
from tests.support.rows import (
    chat,
    file,
    folder,
    group,
    item,
    key,
    knowledge,
    memory,
    model,
    prompt,
    rating,
    shared,
    skill,
    tag,
    user,
)

Rows: TypeAlias = dict[str, list[str]]
"""Rows by table, each as JSON."""

BEA = key("bea")
READERS = Grant("user", "*", "read")
TEAM = Grant("group", key("Team"), "write")


def rows_of_each_kind() -> list[Row]:
    """In an order that a run could write them in, twice where one item could hide another's."""
    notes = file("notes.txt", BEA)
    links = (("q", notes.id), ("a1", notes.id))
    return [
        user("bea"),
        user("carl"),
        group("Team", BEA, key("carl")),
        group("Other team", BEA),
        tag("Later", BEA),
        folder("Work", BEA),
        notes,
        chat("Trip", BEA, file_ids=links, feedback=(rating("Trip", BEA),), share_id="link-to-Trip"),
        chat("Food", BEA, tags=(tag("Red thread", BEA), tag("Later", BEA), tag("New", BEA))),
        shared("Trip", BEA, READERS, TEAM),
        prompt("greet", BEA, READERS, TEAM),
        knowledge("helper", BEA, (notes.id,), READERS, TEAM),
        model("helper", BEA, READERS, TEAM),
        model("other", BEA, READERS),
        memory("tea", BEA),
        skill("letters", BEA, READERS, TEAM),
    ]


@pytest.fixture
async def joined(database: Database) -> AsyncIterator[OpenRun]:
    """A run into an Open WebUI where every new account joins a group."""
    async with database.open() as target:
        table = target.schema.table
        times = {"created_at": ADMIN_SINCE, "updated_at": ADMIN_SINCE}
        everybody = {"id": "everybody", "user_id": "x", "name": "Everybody", "description": ""}
        setting = {"key": "ui.default_group_id", "value": "everybody", "updated_at": ADMIN_SINCE}
        async with target.database.engine.begin() as connection:
            await connection.execute(sa.insert(table("group")), {**everybody, **times})
            await connection.execute(sa.insert(table("config")), setting)
        yield await start_run(target)


async def write(run: OpenRun, row: Row) -> None:
    if isinstance(row, FileRow):
        written = await run.writer.write_file(item(row), lambda: io.BytesIO(b"hello"))
    else:
        (written,) = await run.writer.write([item(row)])
    assert written.state is State.MIGRATED


async def everything(run: OpenRun) -> Rows:
    """All rows of Open WebUI's tables that a migration writes to."""
    return {name: listed(rows) for name, rows in (await run.everything()).items()}


def listed(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return sorted(json.dumps(dict(row), sort_keys=True) for row in rows)


def added(before: Rows, after: Rows) -> Rows:
    new = {name: [row for row in rows if row not in before[name]] for name, rows in after.items()}
    return {name: rows for name, rows in new.items() if rows}


async def recorded(run: OpenRun) -> list[LedgerItem]:
    """The entries of rows that the run made, the newest first."""
    made = [EntryState.MIGRATED, EntryState.BROUGHT]
    return [one async for one in run.ledger.items(run.run_id, states=made, newest_first=True)]


async def ours_and_others(
    connection: AsyncConnection, kind: Kind[Any], keys: Sequence[str], schema: Schema
) -> tuple[TableRows, TableRows]:
    """The rows of these items that we made, and those that somebody added to them since.

    What a table cannot tell apart counts as ours.
    """
    ours: TableRows = {}
    others: TableRows = {}
    parts = {part.table.name: part for part in kind.parts}
    for name, condition in conditions(kind, keys, schema).items():
        found = await connection.execute(sa.select(schema.table(name)).where(condition))
        for row in map(dict, found.mappings()):
            part = parts.get(name)
            into = ours if part is None or part.is_ours(row) else others
            into.setdefault(name, []).append(row)
    return ours, others


async def test_the_registry_finds_exactly_what_each_item_made(joined: OpenRun) -> None:
    tables = set()
    for row in rows_of_each_kind():
        known, before = {entry.number for entry in await recorded(joined)}, await everything(joined)
        await write(joined, row)
        made = added(before, await everything(joined))
        found: Rows = {}
        for entry in await recorded(joined):
            if entry.number in known:
                continue
            assert entry.target_kind is not None
            assert entry.target_id is not None
            async with joined.target.database.engine.connect() as connection:
                ours, others = await ours_and_others(
                    connection,
                    kind_named(entry.target_kind),
                    [entry.target_id],
                    joined.target.schema,
                )
            assert not others or kind_of(row).name == "user"
            for name, rows in ours.items():
                found.setdefault(name, []).extend(listed(rows))
        assert {name: sorted(rows) for name, rows in found.items()} == made
        tables |= set(made)
    assert tables == {table.name for table in WRITTEN}


async def test_what_somebody_added_since_is_told_apart(joined: OpenRun) -> None:
    for row in rows_of_each_kind():
        await write(joined, row)
    theirs = {
        "group_member": {"group_id": key("Team"), "user_id": (await joined.rows("user"))[0]["id"]},
        "access_grant": {
            "resource_type": "prompt",
            "resource_id": key("/greet"),
            "principal_type": "user",
            "principal_id": key("carl"),
            "permission": "read",
        },
        "prompt_history": {"prompt_id": key("/greet"), "snapshot": {}, "user_id": BEA},
    }
    admin = next(row["id"] for row in await joined.rows("user") if row["role"] == "admin")
    theirs["group_member"]["user_id"] = admin
    async with joined.target.database.engine.begin() as connection:
        for name, values in theirs.items():
            table = joined.target.schema.table(name)
            times = {column: 1 for column in ("created_at", "updated_at") if column in table.c}
            await connection.execute(sa.insert(table), {"id": "theirs", **values, **times})
    for name, row_key, tables in (
        ("group", key("Team"), {"group_member"}),
        ("prompt", key("/greet"), {"access_grant", "prompt_history"}),
        ("model", "agent-helper", set()),
    ):
        async with joined.target.database.engine.connect() as connection:
            _, others = await ours_and_others(
                connection, kind_named(name), [row_key], joined.target.schema
            )
        assert {table: [row["id"] for row in rows] for table, rows in others.items()} == {
            table: ["theirs"] for table in tables
        }


async def test_taking_away_what_belongs_to_the_items_leaves_what_was_there(joined: OpenRun) -> None:
    before = await everything(joined)
    for row in rows_of_each_kind():
        await write(joined, row)
    schema = joined.target.schema
    for entry in await recorded(joined):
        kind = kind_named(entry.target_kind or "")
        async with joined.target.database.engine.begin() as connection:
            selected = conditions(kind, [entry.target_id or ""], schema)
            for name, condition in reversed(selected.items()):
                await connection.execute(sa.delete(schema.table(name)).where(condition))
    assert await everything(joined) == before


async def test_a_files_bytes_are_where_the_registry_says(joined: OpenRun) -> None:
    notes = file("notes.txt", BEA)
    await write(joined, notes)
    column = kind_of(notes).bytes_at
    assert column is not None
    (row,) = await joined.rows("file")
    assert row[column] == str(joined.target.storage.files.uploads / notes.stored_name)
    assert [kind.name for kind in KINDS if kind.bytes_at] == ["file"]


async def test_the_order_of_the_tables_suits_every_foreign_key(postgres_run: OpenRun) -> None:
    places = {table.name: place for place, table in enumerate(WRITTEN)}

    def wrong(connection: sa.Connection) -> list[tuple[str, str]]:
        inspector = sa.inspect(connection)
        return [
            (name, key["referred_table"])
            for name, place in places.items()
            for key in inspector.get_foreign_keys(name)
            if places.get(key["referred_table"], -1) > place
        ]

    async with postgres_run.target.database.engine.connect() as connection:
        assert await connection.run_sync(wrong) == []

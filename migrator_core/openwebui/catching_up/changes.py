"""Changes of rows that are there, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.contents.review import Change, Delete, Insert, Update
from migrator_core.openwebui.mapping.context import TableRow
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.registry import WRITTEN

_NEEDS = {table.name: table.needs for table in WRITTEN if table.needs is not None}


async def begin(connection: AsyncConnection) -> None:
    """Begin a transaction that reads before it writes.

    SQLite gives its only write lock to the first statement that writes; what was read before may
    have changed by then. Open WebUI itself does the same (0.12, ``models/chats.py``).
    """
    if connection.dialect.name == "sqlite":
        await connection.execute(sa.text("BEGIN IMMEDIATE"))


async def apply(connection: AsyncConnection, changes: Iterable[Change], schema: Schema) -> None:
    """Make the changes, in their order; tables and columns that are not there are left out."""
    for change in changes:
        if isinstance(change, Insert):
            await _insert(connection, change.row, schema)
        elif change.table not in schema.tables:
            continue
        elif isinstance(change, Update):
            await _update(connection, change, schema)
        else:
            await _delete(connection, change, schema)


async def _update(connection: AsyncConnection, change: Update, schema: Schema) -> None:
    table = schema.table(change.table)
    values = {
        name: sa.null() if value is None else value
        for name, value in change.values.items()
        if name in table.c
    }
    statement = sa.update(table).where(*_conditions(table, change.where)).values(values)
    done = await connection.execute(statement)
    if not done.rowcount and change.row is not None:
        await _insert(connection, change.row, schema)


async def _insert(connection: AsyncConnection, row: TableRow, schema: Schema) -> None:
    if row.table not in schema.tables or not await _has_what_it_needs(connection, row, schema):
        return
    table = schema.table(row.table)
    values = {
        name: value for name, value in row.values.items() if value is not None and name in table.c
    }
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
    await connection.execute(insert.on_conflict_do_nothing(), values)


async def _has_what_it_needs(connection: AsyncConnection, row: TableRow, schema: Schema) -> bool:
    needs = _NEEDS.get(row.table)
    if needs is None:
        return True
    column, needed = needs
    key = schema.table(needed).c.id
    found = await connection.execute(sa.select(key).where(key == row.values[column]))
    return found.first() is not None


async def _delete(connection: AsyncConnection, change: Delete, schema: Schema) -> None:
    table = schema.table(change.table)
    where = _conditions(table, change.where)
    if change.id_of is not None:
        found = (await connection.execute(sa.select(table).where(*where))).mappings()
        ours = [row["id"] for row in map(dict, found) if change.id_of(row) == row["id"]]
        where = [table.c.id.in_(ours)]
    await connection.execute(sa.delete(table).where(*where))


def _conditions(table: sa.Table, where: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in where.items()]

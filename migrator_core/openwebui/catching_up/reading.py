"""The rows that items consist of in Open WebUI now, item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.belonging import Rows, conditions
from migrator_core.openwebui.database.parameters import askable, in_portions
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.kind import Kind


async def rows_of(
    connection: AsyncConnection,
    kind: Kind[Any],
    keys: Sequence[str],
    schema: Schema,
    *,
    lock: bool = False,
) -> dict[str, Rows]:
    """What the contents of a kind look at, by the key of the item; what is gone is left out.

    With ``lock`` nobody else changes the main rows before the transaction ends.
    """
    found: dict[str, Rows] = {}
    for some in in_portions(askable(keys)):
        wanted = conditions(kind, some, schema)
        query = sa.select(schema.table(kind.name)).where(wanted[kind.name])
        if lock:
            query = query.with_for_update()
        for row in (await connection.execute(query)).mappings():
            found["/".join(row[column] for column in kind.key)] = {kind.name: [dict(row)]}
        await _read_parts(connection, kind, wanted, schema, found)
    return found


async def _read_parts(
    connection: AsyncConnection,
    kind: Kind[Any],
    wanted: Mapping[str, sa.ColumnElement[bool]],
    schema: Schema,
    found: dict[str, Rows],
) -> None:
    reads = kind.contents.reads if kind.contents is not None else frozenset()
    for part in kind.parts:
        name = part.table.name
        if name not in reads or name not in wanted:
            continue
        owners = {rows[kind.name][0][part.of]: rows for rows in found.values()}
        for row in (
            await connection.execute(sa.select(schema.table(name)).where(wanted[name]))
        ).mappings():
            rows = owners.get(row[part.column])
            if rows is not None:
                rows.setdefault(name, []).append(dict(row))

"""What rows were before they are changed, for an undo: read before and after, and compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.contents.patches import Patch, patch_of
from migrator_core.openwebui.contents.review import Change, Insert
from migrator_core.openwebui.database.parameters import in_portions
from migrator_core.openwebui.schema import Schema

RowKey: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
"""A table, and the columns of its primary key with their values."""

_Wheres: TypeAlias = dict[str, list[Mapping[str, object]]]


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One row that was changed, and the way back."""

    table: str
    key: Mapping[str, str]
    patch: Patch

    @property
    def is_new(self) -> bool:
        """Whether there was no such row before."""
        return "now" in self.patch

    def to_json(self) -> list[Any]:
        """As the ledger keeps it."""
        return [self.table, dict(self.key), self.patch]

    @classmethod
    def from_json(cls, kept: list[Any]) -> ChangedRow:
        """As the ledger kept it."""
        table, key, patch = kept
        return cls(table, key, patch)


class Remembering:
    """The rows that some changes are about, before they are made."""

    def __init__(
        self, wheres: _Wheres, before: dict[RowKey, dict[str, Any]], schema: Schema
    ) -> None:
        self._wheres = wheres
        self._before = before
        self._schema = schema

    @classmethod
    async def of(
        cls, connection: AsyncConnection, changes: Iterable[Change], schema: Schema
    ) -> Remembering:
        """Read them, in the transaction that will change them."""
        wheres: _Wheres = defaultdict(list)
        for change in changes:
            table = change.row.table if isinstance(change, Insert) else change.table
            if table not in schema.tables:
                continue
            if isinstance(change, Insert):
                keys = (column.name for column in schema.table(table).primary_key)
                wheres[table].append({name: change.row.values[name] for name in keys})
            else:
                wheres[table].append(change.where)
        return cls(wheres, await _read(connection, wheres, schema), schema)

    async def compared(self, connection: AsyncConnection) -> list[ChangedRow]:
        """What has become of them in this transaction; rows that are as they were are left out."""
        after = await _read(connection, self._wheres, self._schema)
        changed = []
        for row_key in dict.fromkeys((*self._before, *after)):
            patch = patch_of(self._before.get(row_key), after.get(row_key))
            if patch is not None:
                table, key = row_key
                changed.append(ChangedRow(table, dict(key), patch))
        return changed


async def _read(
    connection: AsyncConnection, wheres: _Wheres, schema: Schema
) -> dict[RowKey, dict[str, Any]]:
    found: dict[RowKey, dict[str, Any]] = {}
    for name, conditions in wheres.items():
        table = schema.table(name)
        keys = [column.name for column in table.primary_key]
        for query in _queries(table, conditions):
            for row in (await connection.execute(query)).mappings():
                own = tuple((key, str(row[key])) for key in keys)
                found[name, own] = dict(row)
    return found


def _queries(
    table: sa.Table, conditions: Iterable[Mapping[str, object]]
) -> Iterable[sa.Select[Any]]:
    """As few as possible: most rows are named by their id alone."""
    ids = []
    for where in conditions:
        if set(where) == {"id"}:
            ids.append(where["id"])
        else:
            yield sa.select(table).where(*(table.c[name] == value for name, value in where.items()))
    for some in in_portions(ids):
        yield sa.select(table).where(table.c.id.in_(some))

"""Which rows of Open WebUI's database name something that is to be removed."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.text import without_notes
from migrator_core.openwebui.ledger.tables import LedgerTables
from migrator_core.openwebui.tables.registry import WRITTEN

_NOT_ASKED = frozenset({"alembic_version", "document_chunk", "migratehistory", "tag"})
"""``document_chunk`` is a store of vectors that follows its files; tags are asked for by name."""

_DATED = frozenset(
    {"chat", "chat_file", "chat_message", "feedback", "file", "message", "shared_chat"}
)
"""Large tables, whose rows say when somebody has last changed them."""

_SKEW = 3600
"""Seconds by which the clocks of the server and of the run may differ."""

_QUOTED = re.compile(r'"([^"\\]{1,300})"')
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_NAME = 500
_PAGE = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """A table of this database: its columns, and those of them that may name something."""

    table: sa.TableClause
    columns: frozenset[str]
    texts: tuple[str, ...]


def names_in(values: Iterable[object]) -> set[str]:
    """Whatever may be a name in the values of a row: whole values, and ids inside of texts."""
    found: set[str] = set()
    for value in values:
        if not isinstance(value, str) or not value:
            continue
        if len(value) <= _LONGEST_NAME:
            found.add(value)
        if len(value) > 1 and value[0] in '[{"':
            found.update(_QUOTED.findall(value))
        found.update(_UUID.findall(value))
    return found


class References:
    """Every table of the database that Open WebUI lives in, whether this tool writes to it or not.

    A table of a later release, or of an extension, counts as well.
    """

    def __init__(self, target: OpenWebUI) -> None:
        """Ask this database."""
        self._target = target
        self._asked: tuple[Asked, ...] = ()

    async def tables(self) -> tuple[Asked, ...]:
        """All of them."""
        if not self._asked:
            schema = self._target.schema.metadata.schema
            ledger = LedgerTables.define(schema)
            left_out = _NOT_ASKED | {ledger.run.name, ledger.item.name}
            self._asked = await self._target.database.read(
                lambda connection: connection.run_sync(_tables, schema, left_out)
            )
        return self._asked

    async def rows(self, since: int) -> AsyncIterator[tuple[str, Sequence[Mapping[str, Any]]]]:
        """All rows that may name something newer than ``since`` (seconds), as texts, in pages."""
        for asked in await self.tables():
            query = _query(asked)
            if asked.table.name in _DATED and "updated_at" in asked.columns:
                query = query.where(sa.column("updated_at") >= since - _SKEW)
            if "id" not in asked.texts:
                yield asked.table.name, await self._rows(asked, query)
                continue
            own: sa.ColumnClause[str] = sa.column("id")
            page, last = query.order_by(own).limit(_PAGE), None
            while True:
                rows = await self._rows(asked, page if last is None else page.where(own > last))
                if not rows:
                    break
                yield asked.table.name, rows
                last = rows[-1]["id"]

    async def of(self, table: str, conditions: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
        """One row as texts; empty where it is not there."""
        for asked in await self.tables():
            if asked.table.name == table:
                where = [sa.column(name) == value for name, value in conditions]
                return next(iter(await self._rows(asked, _query(asked).where(*where))), {})
        return {}

    async def naming(
        self, connection: AsyncConnection, columns: Iterable[str], keys: Sequence[str]
    ) -> AsyncIterator[tuple[str, str, Mapping[str, Any]]]:
        """Rows that have one of the keys in one of these columns: table, key and row."""
        for asked in await self.tables():
            for name in columns:
                if name in asked.texts:
                    query = _query(asked, without_documents=True)
                    rows = await connection.execute(query.where(sa.column(name).in_(keys)))
                    for row in rows.mappings():
                        yield asked.table.name, str(row[name]), {**row}

    async def _rows(self, asked: Asked, query: sa.Select[Any]) -> Sequence[Mapping[str, Any]]:
        rows = await self._target.database.rows(query)
        found = [dict(row._mapping) for row in rows]  # noqa: SLF001 - the public name of a row's dictionary
        if asked.table.name == "file":
            for row in found:
                row["meta"] = _without_notes(row.get("meta"))
        return found


def _without_notes(meta: object) -> object:
    """A file's ``meta`` (a text) without the collection that its vectors were put into last.

    It may be one of a knowledge base that the file was taken out of since; members are rows.
    """
    if not isinstance(meta, str) or "collection_name" not in meta:
        return meta
    try:
        return json.dumps(without_notes(json.loads(meta)))
    except ValueError:
        return meta


_DOCUMENTS = frozenset(
    {"chat", "content", "data", "meta", "output", "snapshot", "files", "sources"}
)


def _query(asked: Asked, *, without_documents: bool = False) -> sa.Select[Any]:
    names = [n for n in asked.texts if not (without_documents and n in _DOCUMENTS)]
    columns = [sa.cast(sa.column(name), sa.Text).label(name) for name in names]
    return sa.select(*columns).select_from(asked.table)


def _tables(
    connection: sa.Connection, schema: str | None, left_out: frozenset[str]
) -> tuple[Asked, ...]:
    inspector = sa.inspect(connection)
    found: list[Asked] = []
    for name in sorted(set(inspector.get_table_names(schema=schema)) - left_out):
        columns = inspector.get_columns(name, schema=schema)
        texts = tuple(column["name"] for column in columns if _is_text(column["type"]))
        names = frozenset(column["name"] for column in columns)
        clause = sa.table(name, *(sa.column(each) for each in sorted(names)), schema=schema)
        if texts:
            found.append(Asked(clause, names, texts))
    order = {table.name: place for place, table in enumerate(WRITTEN)}
    return tuple(sorted(found, key=lambda each: order.get(each.table.name, -1)))


def _is_text(kind: sa.types.TypeEngine[Any]) -> bool:
    return isinstance(kind, sa.String | sa.JSON)

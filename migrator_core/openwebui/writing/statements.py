"""Many encoded rows as few bulk inserts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.encoded import EncodedRow
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.registry import WRITTEN
from migrator_core.openwebui.writing.copying import copy_rows, copy_statement

_PLACES = {table.name: place for place, table in enumerate(WRITTEN)}
"""PostgreSQL checks foreign keys row by row: a table comes after those that it points to."""

_Key: TypeAlias = tuple[int, bool, tuple[str, ...]]
Values: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Insert:
    """One bulk insert: rows of one table that all have the same columns.

    ``text`` is what the driver is sent, with the values of ``columns`` in their order; empty where
    SQLAlchemy has to look at each value. ``copies`` says that it is a COPY.
    """

    table: sa.TableClause
    statement: sa.Insert
    columns: tuple[str, ...] = ()
    text: str = ""
    copies: bool = False

    async def send(self, connection: AsyncConnection, rows: Sequence[Values]) -> None:
        """Insert rows in the caller's transaction."""
        if self.copies:
            await copy_rows(connection, self.text, self._parameters(rows))
        elif self.text:
            await connection.exec_driver_sql(self.text, self._parameters(rows))
        else:
            await connection.execute(self.statement, rows)

    def _parameters(self, rows: Sequence[Values]) -> list[tuple[Any, ...]]:
        if len(self.columns) == 1:
            return [tuple(row.values()) for row in rows]
        take = itemgetter(*self.columns)
        return [take(row) for row in rows]


class Inserts:
    """The bulk inserts of one database, each put together when it is needed first.

    The statements are SQLAlchemy's, on Open WebUI's own tables. But the values of an
    :class:`EncodedRow` are what a driver takes as it is, and a migration has millions of them: what
    SQLAlchemy would do with every single one is left out.
    """

    def __init__(self, schema: Schema, dialect: Dialect) -> None:
        self._schema = schema
        self._dialect = dialect
        self._known: dict[_Key, Insert] = {}

    def grouped(self, rows: Iterable[EncodedRow]) -> list[tuple[Insert, list[Values]]]:
        """As few inserts as possible for all these rows, in an order that foreign keys accept."""
        groups: dict[_Key, list[Values]] = {}
        for row in rows:
            # One bulk insert takes rows with the same columns only.
            key = (_PLACES[row.table], row.if_absent, tuple(row.values))
            groups.setdefault(key, []).append(row.values)
        ordered = sorted(groups.items(), key=lambda group: group[0])
        return [(self._insert(key), values) for key, values in ordered]

    def _insert(self, key: _Key) -> Insert:
        if key not in self._known:
            self._known[key] = self._put_together(key)
        return self._known[key]

    def _put_together(self, key: _Key) -> Insert:
        place, if_absent, columns = key
        table = self._schema.inserts[WRITTEN[place].name]
        dialect = self._dialect
        statement = _statement(table, dialect.name, if_absent=if_absent)
        if not all(_is_taken_as_it_is(table.c[name], dialect) for name in columns):
            return Insert(table, statement)
        if dialect.name == "sqlite":
            compiled: Any = statement.compile(dialect=dialect, column_keys=list(columns))
            return Insert(table, statement, tuple(compiled.positiontup), str(compiled))
        if dialect.driver == "psycopg" and not if_absent:
            text = copy_statement(table, columns, dialect)
            return Insert(table, statement, columns, text, copies=True)
        return Insert(table, statement)


def _statement(table: sa.TableClause, dialect: str, *, if_absent: bool) -> sa.Insert:
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing() if if_absent else table.insert()
    insert = postgresql.insert(table)
    if if_absent:
        insert = insert.on_conflict_do_nothing()
    # Nobody needs the answer, but with RETURNING SQLAlchemy sends a page of rows as one statement;
    # without it, psycopg sends and awaits row by row, which takes several times as long.
    return insert.returning(sa.literal(1))


def _is_taken_as_it_is(column: sa.ColumnClause[Any], dialect: Dialect) -> bool:
    """Whether SQLAlchemy hands the driver values for this column unchanged, or nearly."""
    if isinstance(column.type, sa.Boolean):
        return True  # SQLite's gets 1 for True, which is what its driver makes of it anyway
    return column.type.dialect_impl(dialect).bind_processor(dialect) is None

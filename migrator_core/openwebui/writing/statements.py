"""Many encoded rows as few bulk inserts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.registry import WRITTEN
from migrator_core.openwebui.writing.encoding import EncodedRow

_PLACES = {table.name: place for place, table in enumerate(WRITTEN)}
"""PostgreSQL checks foreign keys row by row: a table comes after those that it points to."""


def statements(
    rows: Iterable[EncodedRow], schema: Schema, dialect: str
) -> Iterator[tuple[sa.Insert, list[Mapping[str, object]]]]:
    """As few bulk inserts as possible for all these rows, in an order that foreign keys accept."""
    groups: dict[tuple[int, bool, tuple[str, ...]], list[Mapping[str, object]]] = {}
    for row in rows:
        # One bulk insert takes rows with the same columns only.
        key = (_PLACES[row.table], row.if_absent, tuple(row.values))
        groups.setdefault(key, []).append(row.values)
    for (place, if_absent, _), values in sorted(groups.items(), key=lambda group: group[0]):
        yield _insert(schema.inserts[WRITTEN[place].name], dialect, if_absent=if_absent), values


def _insert(table: sa.TableClause, dialect: str, *, if_absent: bool) -> sa.Insert:
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing() if if_absent else table.insert()
    insert = postgresql.insert(table)
    if if_absent:
        insert = insert.on_conflict_do_nothing()
    # Nobody needs the answer, but with RETURNING SQLAlchemy sends a page of rows as one statement;
    # without it, psycopg sends and awaits row by row, which takes several times as long.
    return insert.returning(sa.literal(1))

"""The raw floor: the rows that a migration wrote, inserted ready-made by the database's driver."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import Any

import psycopg
from psycopg import sql

from tests.support.environments import Deployment

_TABLES = ("chat", "chat_message")
_AT_ONCE = 2_000
"""Rows of a transaction."""

Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def rows_of(migrated: Deployment) -> Rows:
    """The columns and rows of chats and their messages, as the driver gives and takes them."""
    found: Rows = {}
    if migrated.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(migrated.data / "webui.db")) as connection:
            for table in _TABLES:
                cursor = connection.execute(f"SELECT * FROM {table}")
                found[table] = ([one[0] for one in cursor.description], cursor.fetchall())
        return found
    with psycopg.connect(migrated.database_url) as connection:
        for table in _TABLES:
            names = connection.execute(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_name = %s ORDER BY ordinal_position",
                [table],
            ).fetchall()
            columns = [name for (name,) in names]
            texts = sql.SQL(", ").join(
                sql.SQL("{}::text").format(sql.Identifier(name)) for name in columns
            )
            query = sql.SQL("SELECT {} FROM {}").format(texts, sql.Identifier(table))
            found[table] = (columns, connection.execute(query).fetchall())
    return found


def seconds_of_floor(fresh: Deployment, rows: Rows) -> float:
    """Seconds that inserting them takes, in transactions of some thousand rows."""
    began = time.perf_counter()
    if fresh.database_url.startswith("sqlite"):
        _into_sqlite(fresh, rows)
    else:
        _into_postgresql(fresh, rows)
    return time.perf_counter() - began


def _into_sqlite(fresh: Deployment, rows: Rows) -> None:
    with closing(sqlite3.connect(fresh.data / "webui.db")) as connection:
        for table, (columns, values) in rows.items():
            marks = ", ".join("?" * len(columns))
            for start in range(0, len(values), _AT_ONCE):
                with connection:
                    connection.executemany(
                        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
                        values[start : start + _AT_ONCE],
                    )


def _into_postgresql(fresh: Deployment, rows: Rows) -> None:
    with psycopg.connect(fresh.database_url) as connection:
        for table, (columns, values) in rows.items():
            names = sql.SQL(", ").join(map(sql.Identifier, columns))
            copying = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
            for start in range(0, len(values), _AT_ONCE):
                with connection.cursor() as cursor, cursor.copy(copying) as copy:
                    for row in values[start : start + _AT_ONCE]:
                        copy.write_row(row)
                connection.commit()

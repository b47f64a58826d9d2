"""Engines beside the one that Open WebUI made for itself."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, NullPool, Pool

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.database.url import sqlite_path

_KEPT: type[Pool] = AsyncAdaptedQueuePool
"""Connections stay open between two questions, for whoever looks again every second."""


def own_engine(engine: AsyncEngine) -> AsyncEngine:
    """An engine of our own for the server's database.

    A server's engine belongs to the event loop of the server; a migration inside it runs in a
    thread with a loop of its own, so that nobody waits for it. JSON is written as the server does.
    """
    dialect = engine.dialect
    ours = create_async_engine(
        engine.url,
        pool_pre_ping=True,
        json_serializer=getattr(dialect, "_json_serializer", None),
        json_deserializer=getattr(dialect, "_json_deserializer", None),
    )
    if dialect.name == "sqlite":
        sa.event.listen(ours.sync_engine, "connect", _like_the_server)
    return ours


def read_only_engine(engine: AsyncEngine) -> AsyncEngine:
    """An engine for the same database through which nothing can be written.

    PostgreSQL: the same pool, every transaction declared read-only. SQLite: an engine of its own
    that opens the file with ``mode=ro``; SQLite then neither checkpoints a write-ahead log nor
    touches the database file (sqlite.org/wal.html, section 5).
    """
    if engine.dialect.name != "sqlite":
        return engine.execution_options(postgresql_readonly=True)
    path = sqlite_path(engine.url)
    if path is None:
        raise CannotStartError("A SQLite database in memory cannot be previewed from outside.")
    query, pool = {"mode": "ro", "uri": "true"}, _KEPT
    if not _log_can_be_shared(path):
        # Never looks whether the file has changed: a connection must not grow old.
        query, pool = {"immutable": "1", "uri": "true"}, NullPool
    url = URL.create(
        "sqlite+aiosqlite", database=f"file:{quote(str(path.absolute()))}", query=query
    )
    reader = create_async_engine(url, poolclass=pool)
    sa.event.listen(reader.sync_engine, "connect", _query_only)
    return reader


def _log_can_be_shared(path: Path) -> bool:
    """Whether SQLite can use, or create, the shared-memory file a write-ahead log needs."""
    if path.with_name(path.name + "-wal").exists():
        return True
    try:
        # os.access alone is not enough: root may do everything, except on a read-only file system.
        read_only = os.statvfs(path.parent).f_flag & os.ST_RDONLY
    except OSError:
        return False
    return os.access(path.parent, os.W_OK) and not read_only


def _query_only(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.close()


def _like_the_server(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Wait for locks and sync to disk as Open WebUI does (0.10 to 0.12, ``internal/db.py``)."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()

"""An Open WebUI's database without Open WebUI: the tables as the registry describes them.

What its model classes add (defaults, foreign keys, columns that we fill only sometimes) is tested
on the real thing, in ``tests/integration/openwebui``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from migrator_core.openwebui import OpenWebUI
from migrator_core.openwebui.database.database import Database
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.storage.file_store import FileStore
from migrator_core.openwebui.storage.storage import Storage
from migrator_core.openwebui.tables.registry import KINDS, READ, WRITTEN

_JSON = frozenset(
    {"chat", "data", "info", "meta", "oauth", "params", "permissions", "snapshot", "tags", "value"}
)
_NUMBERS = frozenset({"created_at", "updated_at", "last_active_at", "last_read_at", "version"})
_TRUTHS = frozenset({"active", "archived", "done", "is_active", "is_expanded", "pinned"})
_MORE = {
    "user": ("username", "oauth"),
    "skill": ("data", "version_id"),
    "folder": ("parent_id",),
    "chat": ("share_id", "folder_id", "current_message_id"),
    "chat_message": ("parent_id", "model_id"),
}
_SHORT = {"username": sa.String(50), "email": sa.String(255)}


def schema() -> Schema:
    """The tables of the registry with the columns that it names, and a few more."""
    metadata = sa.MetaData()
    keys = {kind.name: kind.key for kind in KINDS}
    tables = {}
    for table in (*WRITTEN, *READ):
        names = sorted({*table.columns, *_MORE.get(table.name, ())})
        columns = [
            sa.Column(name, _type(name), primary_key=name in keys.get(table.name, ("id",)))
            for name in names
        ]
        tables[table.name] = sa.Table(table.name, metadata, *columns)
    return Schema.of(tables, group_share="members", setting=lambda _key, stored: stored)


def _type(name: str) -> sa.types.TypeEngine[Any]:
    if name in _JSON:
        return sa.JSON()
    if name in _TRUTHS:
        return sa.Boolean()
    return sa.BigInteger() if name in _NUMBERS else _SHORT.get(name, sa.Text())


@asynccontextmanager
async def stand_in(home: Path, *, patience: float = 5.0) -> AsyncIterator[OpenWebUI]:
    """An empty Open WebUI with one administrator, in memory, with its files in ``home``."""
    engine = create_async_engine("sqlite+aiosqlite://")
    tables = schema()
    (home / "uploads").mkdir()
    async with engine.begin() as connection:
        await connection.run_sync(tables.metadata.create_all)
        admin = {"id": "admin", "email": "admin@owner.example", "name": "Ada", "role": "admin"}
        dates = dict.fromkeys(("created_at", "updated_at", "last_active_at"), 1_760_000_000)
        await connection.execute(sa.insert(tables.table("user")), {**admin, **dates})
    target = OpenWebUI(
        Database(engine, patience=patience),
        tables,
        Storage(FileStore(home / "uploads"), patience=patience),
        version="0",
        data_dir=home,
    )
    async with target:
        yield target

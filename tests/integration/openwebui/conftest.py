"""A run that is open, in every kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from migrator_core.openwebui import Ledger, LedgerItem, LiveWriter, OpenWebUI
from tests.support.databases import Database


@dataclass(frozen=True)
class OpenRun:
    """A connected target, its ledger, and a writer for a started run."""

    target: OpenWebUI
    ledger: Ledger
    writer: LiveWriter
    run_id: str

    async def rows(self, table: str) -> list[dict[str, Any]]:
        """Everything in one of Open WebUI's tables, JSON decoded, in the order of ids."""
        columns = self.target.schema.table(table)
        async with self.target.database.engine.connect() as connection:
            found = await connection.execute(sa.select(columns).order_by(columns.c.id))
            return [dict(row._mapping) for row in found]

    async def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All of Open WebUI's tables that a migration writes to."""
        tables = [name for name in self.target.schema.tables if name != "config"]
        return {name: await self.rows(name) for name in tables}

    async def delete(self, table: str, row_id: str) -> None:
        """Remove a row, as somebody in Open WebUI would."""
        columns = self.target.schema.table(table)
        async with self.target.database.engine.begin() as connection:
            await connection.execute(sa.delete(columns).where(columns.c.id == row_id))

    async def items(self) -> list[LedgerItem]:
        """The run's ledger entries."""
        return [entry async for entry in self.ledger.items(self.run_id)]


async def start_run(target: OpenWebUI) -> OpenRun:
    """Open a run on a target."""
    ledger = Ledger(target)
    run = await ledger.start(
        settings={"dry_run": False},
        backup_path="/backup",
        backup_kind="mongoexport",
        backup_fingerprint="f" * 64,
        tool_version="0.1.0",
    )
    return OpenRun(target, ledger, LiveWriter(target, ledger, run.id), run.id)


@pytest.fixture
async def run(database: Database) -> AsyncIterator[OpenRun]:
    """An open run in a database of its own, SQLite and PostgreSQL."""
    async with database.open() as target:
        yield await start_run(target)


@pytest.fixture
async def postgres_run(postgres_database: Database) -> AsyncIterator[OpenRun]:
    """An open run in PostgreSQL only."""
    async with postgres_database.open() as target:
        yield await start_run(target)


@pytest.fixture
async def sqlite_run(sqlite_database: Database) -> AsyncIterator[OpenRun]:
    """An open run in SQLite only."""
    async with sqlite_database.open(patience=0.3) as target:
        yield await start_run(target)

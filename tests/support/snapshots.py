"""What a deployment holds at one moment, to be compared with another moment."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, inspect, text

from tests.support.dumps import TABLES, Rows, sqlite_rows
from tests.support.environments import Deployment


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder; SQLite's scratch files beside a database left out."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def settle(deployment: Deployment) -> None:
    """Move SQLite's journal into the database file, so that comparing the file is enough."""
    if deployment.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(deployment.data / "webui.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def table_rows(deployment: Deployment, table: str) -> Rows:
    """All rows of one table, in a stable order."""
    if deployment.database_url.startswith("sqlite"):
        return sqlite_rows(deployment.data / "webui.db", table)
    engine = create_engine(deployment.database_url)
    try:
        with engine.connect() as connection:
            found = connection.execute(text(f'SELECT row_to_json(t) FROM "{table}" t'))
            rows = [row[0] for row in found]
    finally:
        engine.dispose()
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


@dataclass(frozen=True)
class Snapshot:
    """The files of the data directory, and the tables a migration writes."""

    files: dict[str, str]
    tables: dict[str, Rows]


def snapshot(deployment: Deployment) -> Snapshot:
    """The deployment as it is now. No server may be writing meanwhile."""
    settle(deployment)
    tables = {table: table_rows(deployment, table) for table in TABLES}
    return Snapshot(file_hashes(deployment.data), tables)


def whole_database(deployment: Deployment) -> dict[str, list[str]]:
    """Every row of every table but the migration's own ledger, each as the text of its values."""
    engine = create_engine(deployment.database_url)
    try:
        with engine.connect() as connection:
            found = {}
            for table in inspect(connection).get_table_names():
                if not table.startswith("librechat_migration_"):
                    rows = connection.execute(text(f'SELECT * FROM "{table}"'))
                    found[table] = sorted(repr(tuple(row)) for row in rows)
            return found
    finally:
        engine.dispose()

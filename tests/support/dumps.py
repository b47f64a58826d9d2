"""What a database holds, as plain values that can be compared."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]

# The tables a migration writes, and their columns that differ between two runs into two places.
TABLES: dict[str, Collection[str]] = {
    "user": {"last_active_at"},
    "auth": {"session_stamp"},
    "group": (),
    "group_member": {"id"},
    "tag": (),
    "file": {"path"},
    "chat": {"last_read_at"},
    "chat_message": (),
    "chat_file": {"id"},
    "prompt": {"version_id"},
    "prompt_history": {"id"},
    "model": {"version_id"},
    "access_grant": {"id", "created_at"},
}


def _value(value: Any) -> Any:
    """JSON columns as values: the order of their keys says nothing."""
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def sqlite_rows(database: Path, table: str, without: Collection[str] = ()) -> Rows:
    """A table's rows in a stable order, from a copy, so that even a journal stays untouched."""
    with tempfile.TemporaryDirectory() as scratch:
        for path in database.parent.glob(f"{database.name}*"):
            shutil.copy(path, scratch)
        with closing(sqlite3.connect(Path(scratch) / database.name)) as connection:
            connection.row_factory = sqlite3.Row
            found = connection.execute(f'SELECT * FROM "{table}"').fetchall()
    rows = [{k: _value(row[k]) for k in row.keys() if k not in without} for row in found]  # noqa: SIM118
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True, default=str))


def migrated_content(database: Path) -> dict[str, Rows]:
    """Everything a migration writes, without what differs between two runs."""
    return {table: sqlite_rows(database, table, without) for table, without in TABLES.items()}

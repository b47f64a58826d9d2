"""Ids that follow from a backup can be worked out beforehand: whoever took one gets nothing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.environments import Deployment
from tests.support.run import Finished, migrate
from tests.support.sample import SAMPLE
from tests.support.snapshots import table_rows

pytestmark = pytest.mark.openwebui

TABLES = ("chat", "file", "folder", "group", "prompt")


def _take(connection: sqlite3.Connection, admin: str) -> dict[str, str]:
    """As if nothing had been migrated, and a stranger had one row of each kind."""
    connection.execute("DROP TABLE librechat_migration_item")
    connection.execute("DROP TABLE librechat_migration_run")
    wanted = {
        "chat": "SELECT id FROM chat WHERE folder_id IS NOT NULL AND id NOT IN "
        "(SELECT chat_id FROM shared_chat) LIMIT 1",
        "file": "SELECT file_id FROM chat_file WHERE chat_id NOT IN "
        "(SELECT chat_id FROM shared_chat) LIMIT 1",
        "folder": "SELECT folder_id FROM chat WHERE folder_id IS NOT NULL LIMIT 1",
        "group": 'SELECT principal_id FROM access_grant WHERE principal_type = "group" LIMIT 1',
        "prompt": "SELECT id FROM prompt WHERE id IN (SELECT resource_id FROM access_grant) "
        "LIMIT 1",
    }
    taken: dict[str, str] = {}
    for table, query in wanted.items():
        taken[table] = connection.execute(query).fetchone()[0]
    for table, row_id in taken.items():
        owner = ", user_id = ?" if table != "group" else ", description = ?"
        statement = f"UPDATE \"{table}\" SET meta = 'null'{owner} WHERE id = ?"
        connection.execute(statement, (admin, row_id))
    connection.commit()
    return taken


def _run(target: Deployment, report: Path, *options: str) -> Finished:
    finished = migrate(target, SAMPLE, report, *options)
    assert finished.status == 0, finished.output
    return finished


def test_what_is_ours_follows_to_another_id(empty: Deployment, tmp_path: Path) -> None:
    _run(empty, tmp_path / "before")
    before = {table: table_rows(empty, table) for table in TABLES}
    with closing(sqlite3.connect(empty.data / "webui.db")) as connection:
        query = "SELECT id FROM \"user\" WHERE role = 'admin'"
        admin = connection.execute(query).fetchone()[0]
        taken = _take(connection, admin)
        ((given,),) = connection.execute(
            "SELECT count(*) FROM access_grant WHERE principal_id = ?", (taken["group"],)
        )
    theirs = {
        table: next(row for row in table_rows(empty, table) if row["id"] == row_id)
        for table, row_id in taken.items()
    }

    run = _run(empty, tmp_path / "run")
    said = [w["detail"] for w in run.report["warnings"] if w["code"] == "id-taken"]
    after = {table: table_rows(empty, table) for table in TABLES}
    other: dict[str, dict[str, Any]] = {}
    for table, rows in after.items():
        assert len(rows) == len(before[table]) + 1, table
        (other[table],) = (row for row in rows if row["id"][14:15] == "8")
        assert next(row for row in rows if row["id"] == taken[table]) == theirs[table], table
        assert any(other[table]["id"] in detail for detail in said), table
    assert not any(count["failed"] for count in run.collections.values())

    assert other["chat"]["folder_id"] == other["folder"]["id"]
    assert other["chat"]["user_id"] != admin
    showing = [row for row in after["chat"] if other["file"]["id"] in json.dumps(row["chat"])]
    assert not any(row["user_id"] == admin for row in showing)
    grants = table_rows(empty, "access_grant")
    assert sum(row["principal_id"] == other["group"]["id"] for row in grants) <= given
    assert any(row["resource_id"] == other["prompt"]["id"] for row in grants)

    again = _run(empty, tmp_path / "again", "--dry-run")
    assert sum(count["migrated"] for count in again.collections.values()) == 0

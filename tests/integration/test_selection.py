"""A pilot first, then what is new, then everything: in the end it is as after one whole run."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.environments import Deployment
from tests.support.run import Finished, migrate
from tests.support.sample import SAMPLE, people
from tests.support.snapshots import snapshot

pytestmark = pytest.mark.openwebui

_OF_THE_RUN = {"chat": "last_read_at", "file": "path"}
"""Columns that say when it ran, or where the data directory lies."""


def test_in_parts_or_at_once_it_becomes_the_same(empty: Deployment, tmp_path: Path) -> None:
    shutil.copytree(empty.home, tmp_path / "parts")
    parts = replace(
        empty, home=tmp_path / "parts", database_url=f"sqlite:///{tmp_path}/parts/data/webui.db"
    )
    pilot = next(person for person in people() if person["name"].startswith("Mara"))
    (tmp_path / "people.txt").write_text(f"# the pilot\n{pilot['email'].title()}\n", "utf-8")

    first = _run(
        parts, tmp_path / "1", "--user", f"@{tmp_path}/people.txt", "--only", "users,conversations"
    )
    assert first.collections["users"] == {
        "found": 7, "migrated": 1, "existing": 0, "skipped": {"not-selected": 6}, "failed": {},
    }  # fmt: skip
    for name in ("files", "promptgroups", "agents", "groups", "conversationtags", "chatprojects"):
        assert first.collections[name]["skipped"]["not-selected"], name
        assert not first.collections[name]["migrated"]
    rows = snapshot(parts).tables
    assert sorted(row["email"] for row in rows["user"])[1:] == [pilot["email"]]
    owner = next(row["id"] for row in rows["user"] if row["email"] == pilot["email"])
    assert {row["user_id"] for row in rows["chat"]} == {owner}

    second = _run(parts, tmp_path / "2", "--since", "2026-01-01T00:00Z")
    assert second.collections["users"]["migrated"] == 3
    for name in ("conversations", "messages", "promptgroups", "agents"):
        assert second.collections[name]["skipped"]["not-selected"], name
    assert second.collections["files"]["migrated"]  # and the pilot's chats show them now

    last = _run(parts, tmp_path / "3", "--verify")
    assert last.report["verification"]["result"] == "equal"
    assert "not-selected" not in str(last.collections)
    warned = {
        warning["code"] for run in (first, second, last) for warning in run.report["warnings"]
    }
    assert "gone-from-backup" not in warned

    whole = _run(empty, tmp_path / "0")
    assert _left_out(last) == _left_out(whole)
    assert _tables(parts) == _tables(empty)


def _run(place: Deployment, report: Path, *options: str) -> Finished:
    finished = migrate(place, SAMPLE, report, *options)
    assert finished.status == 0, finished.output
    return finished


def _left_out(run: Finished) -> dict[str, dict[str, int]]:
    return {name: entry["skipped"] for name, entry in run.collections.items()}


def _tables(place: Deployment) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [{k: v for k, v in row.items() if k != _OF_THE_RUN.get(table)} for row in rows]
        for table, rows in snapshot(place).tables.items()
        if not table.startswith("librechat_migration")
    }

"""``undo``: an untouched run leaves nothing behind, and what people did since stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import Database
from tests.support.environments import Deployment
from tests.support.run import Finished, call, migrate, undo
from tests.support.sample import SAMPLE
from tests.support.snapshots import file_hashes, whole_database

pytestmark = pytest.mark.openwebui

State = tuple[dict[str, list[str]], dict[str, str]]


def state(place: Deployment) -> State:
    """Everything but the ledger and the reports."""
    uploads = place.data / "uploads"
    return whole_database(place), file_hashes(uploads) if uploads.exists() else {}


def sums(finished: Finished) -> dict[str, Any]:
    found: dict[str, Any] = finished.report["undo"]
    return found


def test_an_untouched_run_leaves_nothing_behind(database: Database, tmp_path: Path) -> None:
    place = database.deployment
    before = state(place)
    run = migrate(place, SAMPLE, tmp_path / "run")
    assert run.status == 0, run.output
    migrated = state(place)
    assert migrated[1]

    preview = undo(place, tmp_path / "preview", "--dry-run")
    assert preview.status == 0, preview.output
    assert state(place) == migrated

    done = undo(place, tmp_path / "undo")
    assert done.status == 0, done.output
    assert sums(done)["kept"] == []
    assert sums(done)["removed"] == sums(preview)["removed"]
    assert sums(done)["removed"]["accounts"] == run.collections["users"]["migrated"]
    assert sums(done)["removed"]["chats"] == run.collections["conversations"]["migrated"]
    assert state(place) == before

    states = [(run["state"], run["settings"].get("undo")) for run in runs(place)]
    assert states == [("finished", run.report["run"]["id"]), ("undone", None)]
    twice = undo(place, tmp_path / "twice", run.report["run"]["id"])
    assert twice.status == 0, twice.output
    assert "nothing of run" in twice.output
    nothing = undo(place, tmp_path / "nothing")
    assert nothing.status == 10
    assert state(place) == before

    again = migrate(place, SAMPLE, tmp_path / "again")
    assert again.status == 0, again.output
    assert again.collections == run.collections
    assert state(place)[1] == migrated[1]


def runs(place: Deployment) -> list[dict[str, Any]]:
    status, output = call(place, "runs", "--json")
    assert status == 0, output
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]

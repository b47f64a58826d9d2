"""``undo``: an untouched run leaves nothing behind, and what people did since stays."""

from __future__ import annotations

import copy
import json
import sqlite3
import subprocess
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import generate
from tests.integration.test_running_again import (
    ADA,
    ADMIN_SIGNS_IN,
    BEN,
    CHATS,
    FIRST,
    newer_backup,
    post,
    work,
)
from tests.support import program
from tests.support.backups import Backup, write
from tests.support.databases import ADMIN, Database, run_python, set_up
from tests.support.dumps import Rows
from tests.support.environments import OLDER, Deployment, deployment
from tests.support.openwebui import OpenWebUIServer, signed_in
from tests.support.run import Finished, call, migrate, undo
from tests.support.sample import copy_sample
from tests.support.snapshots import file_hashes, table_rows, whole_database

pytestmark = pytest.mark.openwebui

State = tuple[dict[str, list[str]], dict[str, str]]


def state(place: Deployment) -> State:
    """Everything but the ledger and the reports."""
    uploads = place.data / "uploads"
    return whole_database(place), file_hashes(uploads) if uploads.exists() else {}


def sums(finished: Finished) -> dict[str, Any]:
    found: dict[str, Any] = finished.report["undo"]
    return found


LINKED = "59aba09f-a718-4480-9239-a223386012f7"
"""A conversation of the sample with files."""


def sample_with_a_link(home: Path) -> Path:
    """The sample, and its link opens a conversation with files and a rating."""
    backup = copy_sample(home)
    data = {name: backup / "data" / f"{name}.json" for name in ("messages", "sharedlinks")}
    documents = {
        name: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for name, path in data.items()
    }
    shown = [one for one in documents["messages"] if one["conversationId"] == LINKED]
    shown[-1]["feedback"] = {"rating": "thumbsUp"}
    (link,) = documents["sharedlinks"]
    link |= {"conversationId": LINKED, "messages": [one["_id"] for one in shown]}
    for name, path in data.items():
        path.write_text("".join(json.dumps(one) + "\n" for one in documents[name]), "utf-8")
    return backup


def test_an_untouched_run_leaves_nothing_behind(database: Database, tmp_path: Path) -> None:
    place = database.deployment
    before = state(place)
    sample = sample_with_a_link(tmp_path)
    run = migrate(place, sample, tmp_path / "run")
    assert run.status == 0, run.output
    (link,) = rows(place, "shared_chat")
    for companions in ("chat_file", "feedback"):
        assert link["chat_id"] in repr(rows(place, companions))
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

    again = migrate(place, sample, tmp_path / "again")
    assert again.status == 0, again.output
    assert again.collections == run.collections
    assert state(place)[1] == migrated[1]


def runs(place: Deployment) -> list[dict[str, Any]]:
    status, output = call(place, "runs", "--json")
    assert status == 0, output
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def test_undoing_a_later_run_gives_back_what_it_changed(database: Database, tmp_path: Path) -> None:
    place = database.deployment
    first, newer = write(tmp_path / "first", FIRST), write(tmp_path / "newer", newer_backup())
    run = migrate(place, first, tmp_path / "run")
    assert run.status == 0, run.output
    before = values(place)
    second = migrate(place, newer, tmp_path / "second")
    assert second.status == 0, second.output
    assert values(place) != before

    refused = undo(place, tmp_path / "refused", run.report["run"]["id"])
    assert refused.status == 10
    assert second.report["run"]["id"] in refused.output
    done = undo(place, tmp_path / "undo")
    assert done.status == 0, done.output
    assert sums(done)["of"] == second.report["run"]["id"]
    assert sums(done)["restored"] == {"chats": 5, "models": 1}
    assert values(place) == before

    again = migrate(place, newer, tmp_path / "again")
    assert again.status == 0, again.output
    assert again.collections == second.collections
    for _ in range(2):
        assert undo(place, tmp_path / "rest").status == 0
    assert values(place)["chat"] == values(place)["file"] == []
    assert len(values(place)["user"]) == 1


@pytest.mark.parametrize("version", OLDER[-1:])  # the oldest: CI has no time for all
def test_older_versions_are_as_they_were_afterwards(version: str, tmp_path: Path) -> None:
    place = deployment(version, tmp_path / "home")
    set_up(place)
    before = state(place)
    first = migrate(place, sample_with_a_link(tmp_path), tmp_path / "run")
    assert first.status == 0, first.output
    arrived = values(place)
    second = migrate(place, write(tmp_path / "other", newer_backup()), tmp_path / "second")
    assert second.status == 0, second.output

    assert undo(place, tmp_path / "undo").status == 0
    assert values(place) == arrived
    done = undo(place, tmp_path / "rest")
    assert done.status == 0, done.output
    assert sums(done)["kept"] == []
    assert state(place) == before


def deeds_backup() -> Backup:
    """The backup of the other tests, with a group and two prompts more."""
    backup = copy.deepcopy(FIRST)
    day = {"$date": "2026-01-01T10:00:00Z"}
    backup["groups"] = [
        {"_id": {"$oid": "64ca1db05f9d88c1aa1a2e01"}, "name": "Garden", "source": "local",
         "memberIds": [ADA, BEN], "createdAt": day, "updatedAt": day}
    ]  # fmt: skip
    backup["promptgroups"] = [
        {"_id": {"$oid": f"64ca1db05f9d88c1aa1a2f0{n}"}, "name": name, "author": {"$oid": ADA},
         "productionId": {"$oid": f"64ca1db05f9d88c1aa1a2f1{n}"}, "createdAt": day,
         "updatedAt": day}
        for n, name in enumerate(("Mine", "Other"))
    ]  # fmt: skip
    backup["prompts"] = [
        {"_id": {"$oid": f"64ca1db05f9d88c1aa1a2f1{n}"},
         "groupId": {"$oid": f"64ca1db05f9d88c1aa1a2f0{n}"}, "author": {"$oid": ADA},
         "prompt": "Say {{what}}", "type": "text", "createdAt": day, "updatedAt": day}
        for n in range(2)
    ]  # fmt: skip
    return backup


def test_what_people_did_since_stays_and_is_said(sqlite_database: Database, tmp_path: Path) -> None:
    place = sqlite_database.deployment
    run_python(place, ADMIN_SIGNS_IN)
    backup = write(tmp_path / "backup", deeds_backup())
    with ExitStack() as stack:
        server = stack.enter_context(OpenWebUIServer(place))
        run = migrate(place, backup, tmp_path / "run")
        assert run.status == 0, run.output
        ada = stack.enter_context(signed_in(server.url, "ada@again.example", "Password-1"))
        admin = stack.enter_context(signed_in(server.url, ADMIN["email"], "Password-1"))
        ids = {row["meta"]["librechat"]["conversationId"]: row["id"] for row in rows(place, "chat")}
        (group,) = rows(place, "group")
        (model,) = (row for row in rows(place, "model") if row["meta"].get("librechat"))
        people = {row["email"].split("@")[0]: row["id"] for row in rows(place, "user")}
        prompts = {row["name"]: row["id"] for row in rows(place, "prompt")}
        work(ada, ids)
        form = {"user_ids": [admin.id]}
        post(admin, f"/groups/id/{group['id']}/users/add", form)
        shown = next(one for one in ada.prompts() if one["id"] == prompts["Mine"])
        words = {name: shown[name] for name in ("command", "name", "data", "meta", "tags")}
        post(ada, f"/prompts/id/{shown['id']}/update", {**words, "content": "In my own words"})
        chat = {"title": "With the agent", "models": [model["id"]],
                "history": {"messages": {}, "currentId": None}}  # fmt: skip
        post(admin, "/chats/new", {"chat": chat})

        migrated = values(place)
        preview = undo(place, tmp_path / "preview", "--dry-run")
        assert preview.status == 0, preview.output
        assert values(place) == migrated
        done = undo(place, tmp_path / "undo")
        assert done.status == 0, done.output
        kept = {(one["target_id"], one["why"]) for one in sums(done)["kept"]}
        assert kept == {
            (ids["continued"], "changed"),
            (ids["renamed"], "changed"),
            (ids["edited"], "changed"),
            (people["ada"], "signed-in"),
            (group["id"], "changed"),
            (prompts["Mine"], "changed"),
            (model["id"], "used"),
        }
        assert sums(preview)["kept"] == sums(done)["kept"]
        for name in ("removed", "restored", "gone"):
            assert sums(preview)[name] == sums(done)[name]
        assert sums(done)["gone"] == {"chats": 1}
        left = {row["meta"]["librechat"]["conversationId"] for row in rows(place, "chat")
                if row["meta"].get("librechat")}  # fmt: skip
        assert left == {"continued", "renamed", "edited"}
        assert {row["name"] for row in rows(place, "prompt")} == {"Mine"}
        assert "ben" not in {row["email"].split("@")[0] for row in rows(place, "user")}
        assert ada.chat(ids["continued"])["chat"]["history"]["currentId"] == "mine"
        for name in ("report.md", "report.html"):
            assert "signed in" in (done.report_dir / name).read_text("utf-8")

        after = values(place)
        twice = undo(place, tmp_path / "twice", run.report["run"]["id"])
        assert twice.status == 0, twice.output
        assert {(one["target_id"], one["why"]) for one in sums(twice)["kept"]} == kept
        assert values(place) == after
        again = migrate(place, backup, tmp_path / "again")
        assert again.status == 0, again.output
        assert again.collections["conversations"]["migrated"] == len(CHATS) - 3
        readers = {row["principal_id"] for row in rows(place, "access_grant")}
        assert people["ben"] in readers  # of the agent, which had been kept
        assert ada.chat(ids["continued"])["chat"]["history"]["currentId"] == "mine"


def test_a_killed_undo_is_continued_to_the_same_end(
    sqlite_database: Database, tmp_path: Path
) -> None:
    place = sqlite_database.deployment
    before = state(place)
    backup = generate(tmp_path / "backup", 6000)
    run = migrate(place, backup, tmp_path / "run")
    assert run.status == 0, run.output
    chats = run.collections["conversations"]["migrated"]
    for _ in range(2):
        _kill_an_undo(place, tmp_path / "killed")
    assert 0 < len(rows(place, "chat")) < chats
    done = undo(place, tmp_path / "undo")
    assert done.status == 0, done.output
    assert sums(done)["kept"] == []
    assert state(place) == before
    assert [run["state"] for run in runs(place)] == [
        "finished", "interrupted", "interrupted", "undone",
    ]  # fmt: skip


def _kill_an_undo(place: Deployment, report: Path) -> None:
    """In the middle: as soon as some more chats are gone."""
    there = len(rows(place, "chat"))
    process = subprocess.Popen(
        [*program.command(place.python), "undo", "--report-dir", str(report)],
        env=program.variables(place.variables),
        cwd=place.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while _chats(place) == there and process.poll() is None:
            assert time.monotonic() < deadline, "the undo did not get anywhere"
        assert process.poll() is None, "the undo ended before it could be killed"
    finally:
        process.kill()
        process.wait()


def _chats(place: Deployment) -> int:
    with closing(sqlite3.connect(place.data / "webui.db", timeout=30)) as connection:
        return int(connection.execute("SELECT count(*) FROM chat").fetchone()[0])


def rows(place: Deployment, table: str) -> Rows:
    return table_rows(place, table)


def values(place: Deployment) -> dict[str, Any]:
    """Every table of Open WebUI, with JSON as values: the order of keys says nothing."""
    return {table: rows(place, table) for table in whole_database(place)}

"""A run that is killed or stopped in the middle, and what the next one makes of it."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.generate import generate
from tests.support.databases import Database
from tests.support.dumps import migrated_content
from tests.support.environments import Deployment
from tests.support.run import migrate

pytestmark = pytest.mark.openwebui

MESSAGES = 6_000
BEGUN = 40
"""Chats in the database that show that the run is in the middle; there are 300 in the end."""


def interrupt(target: Deployment, backup: Path, report: Path, number: signal.Signals) -> int:
    """Start a run, send it a signal in the middle, and give its exit status."""
    command = [str(target.python), "-m", "migrator_core", "run", "--backup", str(backup)]
    process = subprocess.Popen(
        [*command, "--report-dir", str(report)],
        env=target.variables,
        cwd=target.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(lambda: _chats(target) >= BEGUN or process.poll() is not None)
        assert process.poll() is None, "the run ended before it could be interrupted"
        process.send_signal(number)
        return process.wait(60)
    finally:
        process.kill()
        process.wait()


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "the run did not get anywhere"
        time.sleep(0.05)


def _chats(target: Deployment) -> int:
    with closing(sqlite3.connect(target.data / "webui.db", timeout=30)) as connection:
        return int(connection.execute("SELECT count(*) FROM chat").fetchone()[0])


def runs(target: Deployment) -> list[dict[str, object]]:
    """What ``runs --json`` lists, the last run first."""
    finished = subprocess.run(
        [str(target.python), "-m", "migrator_core", "runs", "--json"],
        env=target.variables,
        cwd=target.home,
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in finished.stdout.splitlines()]


def test_a_killed_run_is_continued_to_the_same_end(
    sqlite_database: Database, sqlite_template: Path, tmp_path: Path
) -> None:
    backup = generate(tmp_path / "backup", MESSAGES)
    target = sqlite_database.deployment
    interrupt(target, backup, tmp_path / "killed", signal.SIGKILL)
    assert 0 < _chats(target) < MESSAGES // 20

    finished = migrate(target, backup, tmp_path / "continued")
    assert finished.status == 0, finished.output
    counts = finished.collections["conversations"]
    assert counts["existing"] >= BEGUN
    assert counts["existing"] + counts["migrated"] == counts["found"] == MESSAGES // 20

    home = tmp_path / "undisturbed-home"
    (home / "data").mkdir(parents=True)
    copy = shutil.copyfile(sqlite_template, home / "data" / "webui.db")
    undisturbed = Database(f"sqlite:///{copy}", home).deployment
    assert migrate(undisturbed, backup, tmp_path / "undisturbed").status == 0
    assert migrated_content(target.data / "webui.db") == migrated_content(
        undisturbed.data / "webui.db"
    )
    assert [run["state"] for run in runs(target)] == ["finished", "interrupted"]


def test_a_stopped_run_ends_between_two_batches_and_says_so(
    sqlite_database: Database, tmp_path: Path
) -> None:
    backup = generate(tmp_path / "backup", MESSAGES)
    target = sqlite_database.deployment
    status = interrupt(target, backup, tmp_path / "stopped", signal.SIGTERM)
    assert status == 30
    report = json.loads((tmp_path / "stopped" / "report.json").read_text(encoding="utf-8"))
    assert report["run"]["state"] == "aborted"
    entry = report["collections"]["conversations"]
    assert entry["migrated"] == _chats(target)
    assert entry["migrated"] + entry["not_done"] == MESSAGES // 20
    entry = report["collections"]["messages"]
    assert entry["migrated"] + entry["not_done"] == MESSAGES

    finished = migrate(target, backup, tmp_path / "continued")
    assert finished.status == 0, finished.output
    assert _chats(target) == MESSAGES // 20
    assert [run["state"] for run in runs(target)] == ["finished", "aborted"]

"""A run inside the server that is watched, left alone, cancelled, killed, and continued."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import generate
from tests.support.dumps import TABLES
from tests.support.environments import CURRENT, Deployment, deployment
from tests.support.function import (
    MODEL,
    WAIT_SECONDS,
    YES,
    Site,
    signed_in_again,
    site,
    wait_until,
    with_packages,
)
from tests.support.interpreters import Process
from tests.support.run import migrate
from tests.support.snapshots import settle, table_rows

pytestmark = [pytest.mark.openwebui, pytest.mark.xdist_group("function-interrupted")]

MESSAGES = 6_000
CHATS = MESSAGES // 20


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that takes some seconds."""
    return generate(tmp_path_factory.mktemp("backup"), MESSAGES)


@pytest.fixture(scope="module")
def begun(
    backup: Path, built_program: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Path]]:
    """A site that shall migrate the backup, and a copy of its data as it is before."""
    home = tmp_path_factory.mktemp("function-interrupted")
    with site(deployment(CURRENT, home), built_program) as here:
        here.set_valves(backup_path=str(backup))
        assert MODEL in here.models(here.admin)
        settle(here.deployment)
        copy = home / "undisturbed" / "data"
        shutil.copytree(here.deployment.data, copy)
        yield here, copy.parent


def _chats(here: Site) -> int:
    with closing(sqlite3.connect(here.deployment.data / "webui.db", timeout=30)) as connection:
        found = connection.execute("SELECT count(*) FROM chat WHERE meta LIKE '%librechat%'")
        return int(found.fetchone()[0])


def _start(here: Site, words: str = YES) -> None:
    """Send a message, and close the connection as soon as the answer begins."""
    body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": words}]}
    http = here.admin.http
    with http.stream("POST", "/api/chat/completions", json=body, timeout=WAIT_SECONDS) as answer:
        answer.raise_for_status()
        wait_until(lambda: here.runs() and here.runs()[0]["state"] == "running", "the run's start")


def _content(place: Deployment, admin: str) -> dict[str, Any]:
    """What was migrated: everything that is not the administrator's."""
    return {
        table: [
            {name: value for name, value in row.items() if name not in without}
            for row in table_rows(place, table)
            if admin not in {row.get("user_id"), row.get("id")}
        ]
        for table, without in TABLES.items()
    }


def test_a_run_survives_closing_cancelling_and_killing(
    begun: tuple[Site, Path], backup: Path, tmp_path: Path
) -> None:
    here, undisturbed = begun
    assert f"Say **{YES}**" in here.say("run")
    _start(here)
    first = here.runs()[0]["id"]

    # Nobody listens any more, and it goes on. Another run is refused, here and elsewhere.
    already = _chats(here)
    wait_until(lambda: _chats(here) > already + 20, "progress without a listener")
    with _held(here):  # so that it cannot end meanwhile
        refused = migrate(with_packages(here.deployment), backup, tmp_path / "refused")
    assert refused.status == 10, refused.output
    assert first in refused.output
    shown = here.begin("run")
    watching = wait_until(lambda: here.message(*shown).message.get("embeds"), "the card")[0]
    assert "data-running" in watching.partition("<script>")[0]
    assert "Migration from LibreChat" in watching

    # Cancelled from another chat: both messages end with the same result.
    cancelled = here.tell("Cancel!")
    assert cancelled.statuses[-1] == "Migration stopped before its end"
    assert "Say **Run** to continue" in cancelled.text
    assert here.ended(*shown).card == cancelled.card
    assert [(run["id"], run["state"]) for run in here.runs()] == [(first, "aborted")]
    stopped = _chats(here)
    assert 20 < stopped < CHATS
    counts = here.runs()[0]["counts"]
    assert counts["conversations"]["migrated"] == stopped
    numbers = re.search(
        r"migrated ([\d,]+), already there (\d+), skipped (\d+), failed (\d+); "
        r"([\d,]+) documents are done and ([\d,]+) are not",
        cancelled.text, re.IGNORECASE,
    )  # fmt: skip
    assert numbers, cancelled.text
    *parts, done, left = (int(number.replace(",", "")) for number in numbers.groups())
    assert sum(parts) == done == stopped * 21 + counts["users"]["migrated"]
    assert done + left == counts["users"]["migrated"] + CHATS * 21
    assert _chats(here) == stopped

    # Continued, and the server is killed in the middle.
    asked = here.say("run")
    assert f"Say **{YES}**" in asked
    assert re.search(rf"\| conversations \| {CHATS - stopped} \| {stopped} \|", asked)
    _start(here)
    wait_until(lambda: _chats(here) >= stopped + 20, "progress after the cancellation")
    _signal(here, signal.SIGKILL).wait()
    left = _chats(here)
    assert left < CHATS

    # Started again: it knows at once that nothing goes on, and continues.
    here.server.start()
    with signed_in_again(here) as back:
        assert "is interrupted" in back.say("status")
        assert "interrupted before its end. The next run continues it" in back.say("check")
        assert f"Say **{YES}**" in back.say("run")
        assert "Migration finished" in back.say(YES)
    assert [run["state"] for run in here.runs()] == ["finished", "interrupted", "aborted"]
    assert _chats(here) == CHATS

    plain = replace(
        with_packages(here.deployment),
        home=undisturbed,
        database_url=f"sqlite:///{undisturbed}/data/webui.db",
    )
    assert migrate(plain, backup, tmp_path / "undisturbed").status == 0
    admin = here.admin.id
    assert _content(here.deployment, admin) == _content(plain, admin)


def _signal(here: Site, number: signal.Signals) -> Process:
    process = here.server._process
    assert process is not None
    os.killpg(process.pid, number)
    return process


@contextmanager
def _held(here: Site) -> Iterator[None]:
    _signal(here, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(here, signal.SIGCONT)


def test_a_run_of_the_command_line_is_shown_and_can_be_cancelled(
    begun: tuple[Site, Path], tmp_path: Path
) -> None:
    with signed_in_again(begun[0]) as here:
        _cancelled_from_elsewhere(here, tmp_path)


def _cancelled_from_elsewhere(here: Site, tmp_path: Path) -> None:
    backup = generate(tmp_path, 2 * MESSAGES, seed=2)
    here.set_valves(backup_path=str(backup))
    before, known = _chats(here), len(here.runs())
    plain = with_packages(here.deployment)
    command = [str(plain.python), "-m", "migrator_core", "run", "--backup", str(backup)]
    process = subprocess.Popen(
        [*command, "--report-dir", str(tmp_path / "report")],
        env=plain.variables, cwd=plain.home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: _chats(here) > before + 10 or process.poll() is not None, "progress")
        shown = here.begin("status")
        card = wait_until(lambda: here.message(*shown).message.get("embeds"), "the card")[0]
        assert "data-running" in card.partition("<script>")[0]
        cancelled = here.tell("cancel")
        assert process.wait(60) == 30
    finally:
        process.kill()
        process.wait()
    run = here.runs()[0]
    assert (run["state"], len(here.runs())) == ("aborted", known + 1)
    assert cancelled.statuses[-1] == "Migration stopped before its end"
    assert run["id"] in cancelled.card
    assert set(cancelled.files) == {"text/html", "application/json"}
    assert here.ended(*shown).statuses[-1] == "Migration stopped before its end"

"""``check``: what is in the way, and what to expect, without a trace."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.containers import CONTAINERS
from tests.support.environments import Deployment
from tests.support.openwebui import folder_state
from tests.support.run import call, migrate
from tests.support.sample import SAMPLE, copy_sample, people, truth

pytestmark = pytest.mark.openwebui

FOUND = truth()["counts"]["users"]["found"]
ARRIVE = truth()["counts"]["users"]["migrated"]


@pytest.mark.parametrize("container", ["mongoexport", "mongodump", "archive-gzip", "tar-gz"])
def test_it_says_what_to_expect_and_leaves_no_trace(
    container: str, empty: Deployment, tmp_path: Path
) -> None:
    backup = CONTAINERS[container](tmp_path / "backup")
    before = _there(tmp_path)  # Open WebUI's directories are in it, too
    status, said = call(empty, "check", "--backup", str(backup))
    assert status in {0, 11}, said
    assert "Open WebUI 0.12.4 on SQLite" in said
    assert f"{FOUND} people are in the backup: {ARRIVE} become accounts, 0 arrived" in said
    assert "21 files, 25.6 kB, go to the file storage." in said
    assert "1 of 22 files are not in the backup" in said
    assert "Not connected: gpt-4o (chats: 32, agents: 4, people: 7), " in said
    assert "A run can begin." in said
    assert _there(tmp_path) == before


def _there(folder: Path) -> dict[str, tuple[int, int]]:
    """What lies there, but for SQLite's help for readers of a database: empty, and no change."""
    state = folder_state(folder)
    for name in [name for name in state if name.endswith(("-wal", "-shm"))]:
        size, _ = state.pop(name)
        assert name.endswith("-shm") or size == 0
    return state


def test_it_knows_who_is_here_already(empty: Deployment, tmp_path: Path) -> None:
    address = next(p["email"] for p in people() if p["name"] == "Tomás Ferreira")
    with closing(sqlite3.connect(empty.data / "webui.db")) as connection:
        connection.execute("""UPDATE "user" SET email = ? WHERE role = 'admin'""", (address,))
        connection.commit()
    status, said = call(empty, "check", "--backup", str(SAMPLE))
    assert status == 11, said
    assert "warning: 1 accounts are here already" in said
    assert address not in said
    migrate(empty, SAMPLE, tmp_path / "report")
    _, again = call(empty, "check", "--backup", str(SAMPLE))
    assert f" 0 become accounts, {ARRIVE - 1} arrived with an earlier run, 1 have" in again


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("data/messages.json", "messages is missing"),
        ("data", "holds no LibreChat backup"),
        (".", "There is no"),
    ],
)
def test_it_says_what_is_in_the_way(
    missing: str, words: str, empty: Deployment, tmp_path: Path
) -> None:
    backup = copy_sample(tmp_path / "backup")
    (backup / missing).rename(tmp_path / "elsewhere")
    status, said = call(empty, "check", "--backup", str(backup))
    assert status == 10, said
    assert "problem: " in said
    assert words.lower() in said.lower()
    assert "A run can begin" not in said


def test_a_model_that_everybody_may_use_is_no_worry(empty: Deployment) -> None:
    with closing(sqlite3.connect(empty.data / "webui.db")) as connection:
        (admin,) = connection.execute("SELECT id FROM user").fetchone()
        for name in ("gpt-4o", "gpt-4"):
            connection.execute(
                "INSERT INTO model (id, user_id, name, params, meta, is_active, created_at, "
                "updated_at) VALUES (?, ?, ?, '{}', '{}', 1, 0, 0)",
                (name, admin, name),
            )
        connection.execute(
            "INSERT INTO access_grant (id, resource_type, resource_id, principal_type, "
            "principal_id, permission, created_at) "
            "VALUES ('g', 'model', 'gpt-4o', 'user', '*', 'read', 0)"
        )
        connection.commit()
    connections = {
        "ENABLE_OPENAI_API": "true", "OPENAI_API_BASE_URLS": "https://api.example",
        "OPENAI_API_CONFIGS": '{"0": {"model_ids": ["gpt-4o", "gpt-4"]}}',
    }  # fmt: skip
    status, said = call(empty, "check", "--backup", str(SAMPLE), **connections)
    assert status == 11, said
    ready = next(line for line in said.splitlines() if "shared with everybody who uses" in line)
    assert "gpt-4o (" in ready
    closed = next(line for line in said.splitlines() if "only administrators see them" in line)
    assert "gpt-4 (chats: 1, people: 1)" in closed


def test_a_storage_that_cannot_be_written_is_in_the_way(empty: Deployment) -> None:
    (empty.data / "uploads").mkdir(exist_ok=True)
    status, said = call(empty, "check", "--backup", str(SAMPLE), STORAGE_PROVIDER="nowhere")
    assert status == 10, said
    assert "file storage (nowhere) does not start" in said


def test_it_says_that_open_webui_cannot_be_reached(empty: Deployment) -> None:
    (empty.data / "webui.db").unlink()
    status, said = call(empty, "check", "--backup", str(SAMPLE))
    assert status == 10, said
    assert "does not exist" in said
    assert "mongoexport" in said, "what is known of the backup is said all the same"

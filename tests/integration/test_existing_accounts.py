"""People who have an account in Open WebUI before anything is migrated."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from migrator_core.convert.ids import user_id
from tests.support.environments import Deployment
from tests.support.run import Finished, migrate, undo
from tests.support.sample import SAMPLE, copy_sample, people

pytestmark = pytest.mark.openwebui

OWN = "$2b$04$Qbcb0S2rCnuSI1cp1pyMmu3vcd3L/BlUT1X8CfS4dyrQp3b9ExG3m"

LATER = "$2b$04$GSI5TpdTD1oOgNMHDKUT7uq0oFbvw8uTpNjWQdOUhQXrBHmtxNBTm"


@pytest.fixture
def settled(empty: Deployment) -> Deployment:
    """Open WebUI knows two people of the sample already: one is its administrator."""
    with closing(sqlite3.connect(empty.data / "webui.db")) as connection:
        admin = connection.execute("SELECT id FROM \"user\" WHERE role = 'admin'").fetchone()[0]
        _be(connection, admin, _email("Tomás Ferreira"))
        connection.execute(
            'INSERT INTO "user" (id, email, name, role, profile_image_url, '
            "last_active_at, updated_at, created_at) "
            "SELECT 'mara-here', 'x', 'Mara', 'user', '', last_active_at, updated_at, created_at "
            'FROM "user" WHERE id = ?',
            (admin,),
        )
        connection.execute("INSERT INTO auth (id, active) VALUES ('mara-here', 1)")
        _be(connection, "mara-here", _email("Mara Lindqvist").title())
        connection.commit()
    return empty


def _email(name: str) -> str:
    return next(str(person["email"]) for person in people() if person["name"] == name)


def _source(name: str) -> str:
    return next(str(person["account"]) for person in people() if person["name"] == name)


def _be(connection: sqlite3.Connection, account: str, email: str) -> None:
    connection.execute('UPDATE "user" SET email = ? WHERE id = ?', (email, account))
    connection.execute(
        "UPDATE auth SET email = ?, password = ? WHERE id = ?", (email, OWN, account)
    )


def _passwords(target: Deployment) -> dict[str, str]:
    with closing(sqlite3.connect(target.data / "webui.db")) as connection:
        return dict(connection.execute("SELECT lower(email), password FROM auth"))


def _run(target: Deployment, tmp_path: Path, *options: str) -> Finished:
    finished = migrate(target, SAMPLE, tmp_path / "report", *options)
    assert finished.status == 0, finished.output
    return finished


def test_an_account_is_kept_as_it_is_and_gets_the_content(
    settled: Deployment, tmp_path: Path
) -> None:
    finished = _run(settled, tmp_path)
    passwords = _passwords(settled)
    assert passwords[_email("Mara Lindqvist")] == OWN
    assert passwords[_email("Tomás Ferreira")] == OWN
    assert finished.collections["users"]["existing"] == 3  # and Priya's second sign-in
    with closing(sqlite3.connect(settled.data / "webui.db")) as connection:
        owners = {row[0] for row in connection.execute("SELECT DISTINCT user_id FROM chat")}
        roles = dict(connection.execute('SELECT id, role FROM "user"'))
    assert "mara-here" in owners
    assert roles["mara-here"] == "user"
    ours = {user_id(str(person["account"])) for person in people()} & roles.keys()
    assert ours
    assert {roles[account] for account in ours} == {"user"}


def test_a_password_is_replaced_when_asked_for_but_never_an_administrators(
    settled: Deployment, tmp_path: Path
) -> None:
    before = _passwords(settled)
    preview = _run(settled, tmp_path / "preview", "--prefer-import-password", "--dry-run")
    assert _passwords(settled)[_email("Mara Lindqvist")] == OWN

    finished = _run(settled, tmp_path, "--prefer-import-password")
    passwords = _passwords(settled)
    assert passwords[_email("Mara Lindqvist")].startswith("$2a$10$")
    assert passwords[_email("Tomás Ferreira")] == OWN
    replaced = [w for w in finished.report["warnings"] if w["code"] == "password-replaced"]
    assert [warning["detail"] for warning in replaced] == [_email("Mara Lindqvist")]
    kept = [w["detail"] for w in finished.report["warnings"] if w["code"] == "password-kept"]
    assert kept == [f"{_email('Tomás Ferreira')}: the account is an administrator's"]
    assert finished.report["warnings"] == preview.report["warnings"]

    taken_back = undo(settled, tmp_path / "undo")
    assert taken_back.status == 0, taken_back.output
    assert _passwords(settled) == before, "the password is the one that was replaced"


def test_an_undo_leaves_a_password_that_was_changed_since(
    settled: Deployment, tmp_path: Path
) -> None:
    _run(settled, tmp_path, "--prefer-import-password")
    with closing(sqlite3.connect(settled.data / "webui.db")) as connection:
        connection.execute("UPDATE auth SET password = ? WHERE id = 'mara-here'", (LATER,))
        connection.commit()
    assert undo(settled, tmp_path / "undo").status == 0
    assert _passwords(settled)[_email("Mara Lindqvist")] == LATER


def _users(backup: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change every user of a backup."""
    (file,) = backup.rglob("users.json")
    documents = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for document in documents:
        change(document)
    file.write_text("".join(f"{json.dumps(document)}\n" for document in documents), "utf-8")


def _skipped(finished: Finished) -> dict[str, str]:
    """The source ids of the users who were left out, each with the reason."""
    items = finished.report["items"]
    return {
        item["source_id"]: item["reason"]
        for item in items
        if item["collection"] == "users" and item["state"] == "skipped"
    }


def _chats(target: Deployment) -> set[str]:
    with closing(sqlite3.connect(target.data / "webui.db")) as connection:
        return {row[0] for row in connection.execute("SELECT DISTINCT user_id FROM chat")}


def test_an_address_that_nobody_proved_opens_no_account(
    settled: Deployment, tmp_path: Path
) -> None:
    mara, tomas = _source("Mara Lindqvist"), _source("Tomás Ferreira")
    other = next(person for person in people() if str(person["account"]) not in {mara, tomas})
    unconfirmed = str(other["account"])

    def doubt(user: dict[str, Any]) -> None:
        if user["_id"]["$oid"] in {tomas, unconfirmed}:
            user["emailVerified"] = False
        if user["_id"]["$oid"] == unconfirmed:
            user["expiresAt"] = {"$date": "2026-03-16T00:00:00Z"}

    backup = copy_sample(tmp_path)
    _users(backup, doubt)
    with closing(sqlite3.connect(settled.data / "webui.db")) as connection:
        connection.execute("UPDATE \"user\" SET role = 'pending' WHERE id = 'mara-here'")
        connection.commit()
        query = "SELECT id FROM \"user\" WHERE role = 'admin'"
        ((admin,),) = connection.execute(query).fetchall()

    finished = migrate(settled, backup, tmp_path / "report", "--prefer-import-password")
    assert finished.status == 0, finished.output
    assert _skipped(finished).items() >= {
        (mara, "account-pending"),
        (tomas, "address-unproven"),
        (unconfirmed, "unverified"),
    }
    assert str(other["email"]) not in _passwords(settled)
    assert _passwords(settled)[_email("Mara Lindqvist")] == OWN
    assert not _chats(settled) & {"mara-here", admin, user_id(unconfirmed)}
    assert _chats(settled)
    reasons = {item["reason"] for item in finished.report["items"]}
    assert "owner-not-migrated" in reasons


def test_accounts_that_are_here_are_named_and_left_alone_when_asked_for(
    settled: Deployment, tmp_path: Path
) -> None:
    finished = _run(settled, tmp_path / "linked", "--dry-run")
    named = [w["detail"] for w in finished.report["warnings"] if w["code"] == "account-existing"]
    assert len(named) == 2
    assert any(_email("Mara Lindqvist") in detail and "ordinary" in detail for detail in named)
    assert any(_email("Tomás Ferreira") in detail and "admin" in detail for detail in named)

    finished = _run(settled, tmp_path, "--existing-accounts", "skip")
    left_out = {_source("Mara Lindqvist"), _source("Tomás Ferreira")}
    assert {_skipped(finished).get(user) for user in left_out} == {"account-not-linked"}
    assert "mara-here" not in _chats(settled)
    again = _run(settled, tmp_path / "again", "--existing-accounts", "skip")
    assert _skipped(again) == _skipped(finished)  # what the first run made is no stranger's

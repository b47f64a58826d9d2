"""A whole migration seen from outside: what it says, what it leaves alone, who can sign in."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import pytest

from tests.integration.conftest import ADMIN, Migrated, Migration
from tests.support.openwebui import Visitor
from tests.support.sample import people, truth


def test_the_run_ends_well(migration: Migration) -> None:
    for finished in (migration.dry, migration.run, migration.again):
        assert finished.status == 0, finished.output
        assert "Traceback" not in finished.output


def test_the_preview_writes_nothing(migration: Migration) -> None:
    assert migration.after_dry == migration.fresh


def test_the_preview_counts_what_the_run_counts(migration: Migration) -> None:
    assert migration.dry.collections == migration.run.collections
    assert _warnings(migration.dry.report) == _warnings(migration.run.report)


def _warnings(report: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((warning["code"], warning["detail"]) for warning in report["warnings"])


def test_every_collection_adds_up(migration: Migration) -> None:
    for name, count in migration.run.collections.items():
        accounted = count["migrated"] + count["existing"]
        accounted += sum(count["skipped"].values()) + sum(count["failed"].values())
        assert count["found"] == accounted, name
    found = {name: count["found"] for name, count in migration.run.collections.items()}
    assert found == {name: count["found"] for name, count in truth()["counts"].items()}


@pytest.mark.parametrize(
    "collection", ["users", "conversations", "files", "promptgroups", "agents", "messages"]
)
def test_the_outcomes_are_the_right_ones(migration: Migration, collection: str) -> None:
    expected = truth()["counts"][collection]
    counted = migration.run.collections[collection]
    assert {key: counted[key] for key in expected} == expected
    assert counted["failed"] == {}


def test_secrets_are_counted_and_left_behind(migration: Migration) -> None:
    for name in ("sessions", "tokens", "keys", "pluginauths"):
        found = truth()["counts"][name]["found"]
        assert migration.run.collections[name]["skipped"] == {"secret": found}


def test_a_second_run_migrates_nothing_and_changes_nothing(migration: Migration) -> None:
    assert migration.after_again.tables == migration.migrated.tables
    first, second = migration.run.collections, migration.again.collections
    for name, count in second.items():
        assert count["migrated"] == 0, name
        assert count["existing"] == first[name]["migrated"] + first[name]["existing"], name
        assert count["skipped"] == first[name]["skipped"], name
    stored = {name for name in migration.migrated.files if name.startswith("uploads/")}
    assert stored == {name for name in migration.after_again.files if name.startswith("uploads/")}


def test_the_backup_is_untouched(migration: Migration) -> None:
    assert migration.backup_after == migration.backup_before


def test_what_was_there_before_is_untouched(migration: Migration) -> None:
    for table, rows in migration.fresh.tables.items():
        remaining = [row for row in migration.migrated.tables[table] if row in rows]
        assert remaining == rows, table


def test_everybody_signs_in_with_the_old_password(migrated: Migrated) -> None:
    assert {account: person.role for account, person in migrated.people.items()} == {
        person["account"]: "user" for person in people()
    }


def test_a_wrong_password_does_not_open_an_account(migrated: Migrated) -> None:
    with pytest.raises(httpx.HTTPStatusError):
        Visitor(migrated.url).sign_in(people()[0]["email"], "not the password")


def test_the_administrator_stays_the_first_and_only_one(migration: Migration) -> None:
    accounts = {row["email"]: row for row in migration.migrated.tables["user"]}
    assert set(accounts) == {ADMIN[1], *(person["email"] for person in people())}
    assert {email for email, row in accounts.items() if row["role"] == "admin"} == {ADMIN[1]}
    assert min(accounts, key=lambda email: accounts[email]["created_at"]) == ADMIN[1]


def test_no_mail_address_is_whole_in_the_log(migration: Migration) -> None:
    for person in truth()["users"].values():
        assert person["email"] is None or person["email"] not in migration.run.output.lower()

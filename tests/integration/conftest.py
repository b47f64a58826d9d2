"""One whole migration per supported Open WebUI, done once and looked at by many tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest
from _pytest.mark.structures import ParameterSet

from tests.support.databases import Database
from tests.support.environments import CURRENT, OLDER, Deployment, deployment
from tests.support.openwebui import OpenWebUIServer, Person, Visitor, signed_in
from tests.support.run import Finished, migrate
from tests.support.sample import SAMPLE, people
from tests.support.snapshots import Snapshot, file_hashes, snapshot

ADMIN = ("Admin", "admin@owner.example", "Admin-Password-1")


def _target(version: str, database: str, *marks: pytest.MarkDecorator) -> ParameterSet:
    name = f"{version}-{database}"
    # One worker does everything with one deployment, where tests run on several.
    together = pytest.mark.xdist_group(name)
    return pytest.param((version, database), id=name, marks=[together, OPENWEBUI, *marks])


OPENWEBUI = pytest.mark.openwebui
TARGETS = [
    _target(CURRENT, "sqlite"),
    _target(CURRENT, "postgresql", pytest.mark.postgres),
    *(_target(version, "sqlite") for version in OLDER),
]


@dataclass(frozen=True)
class Migration:
    """A deployment before a preview, after it, after the run and after a second run.

    ``url`` is a server on the migrated deployment; ``people`` are those of the sample who can
    sign in, by their LibreChat id. ``twin`` is a copy of the deployment that tests may change; no
    server runs on it.
    """

    deployment: Deployment
    fresh: Snapshot
    dry: Finished
    after_dry: Snapshot
    run: Finished
    migrated: Snapshot
    again: Finished
    after_again: Snapshot
    backup_before: dict[str, str]
    backup_after: dict[str, str]
    url: str
    admin: Person
    people: dict[str, Person]
    twin: Deployment


@pytest.fixture(scope="session", params=TARGETS)
def migration(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Migration]:
    """The sample, migrated the way an operator would: sign up, preview, run, run again."""
    version, database = request.param
    home = tmp_path_factory.mktemp(f"{version}-{database}")
    url = None
    if database == "postgresql":
        url = request.getfixturevalue("postgres").create_database("whole_run")
    target = deployment(version, home, url)
    with OpenWebUIServer(target) as server:
        Visitor(server.url).sign_up(*ADMIN).http.close()
    backup_before = file_hashes(SAMPLE)
    fresh = snapshot(target)
    dry = migrate(target, SAMPLE, home / "dry-report", "--dry-run")
    after_dry = snapshot(target)
    run = migrate(target, SAMPLE, home / "report")
    migrated = snapshot(target)
    again = migrate(target, SAMPLE, home / "report-again")
    after_again = snapshot(target)
    twin = replace(target, home=home / "twin", database_url=f"sqlite:///{home}/twin/data/webui.db")
    shutil.copytree(target.data, twin.data)
    if database == "postgresql":
        postgres = request.getfixturevalue("postgres")
        twin = replace(twin, database_url=postgres.create_database("twin", "whole_run"))
    with ExitStack() as stack:
        server = stack.enter_context(OpenWebUIServer(target))
        yield Migration(
            target, fresh, dry, after_dry, run, migrated, again, after_again,
            backup_before, file_hashes(SAMPLE), server.url,
            stack.enter_context(signed_in(server.url, *ADMIN[1:])),
            {
                person["account"]: stack.enter_context(
                    signed_in(server.url, person["email"], person["password"])
                )
                for person in people()
            },
            twin,
        )  # fmt: skip


@pytest.fixture(scope="session")
def file_ids(migration: Migration) -> dict[tuple[str, str], str]:
    """Open WebUI's ids of the migrated files, by account and LibreChat's ``file_id``."""
    by_user = {person.id: account for account, person in migration.people.items()}
    return {
        (by_user[row["user_id"]], row["meta"]["librechat"]["file_id"]): row["id"]
        for row in migration.migrated.tables["file"]
        if "file_id" in row["meta"]["librechat"]  # others stood inside messages
    }


@pytest.fixture
def empty(sqlite_database: Database) -> Deployment:
    """A deployment of one's own: an administrator and nothing else."""
    return sqlite_database.deployment

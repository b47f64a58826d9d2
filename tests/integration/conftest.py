"""One whole migration per supported Open WebUI, done once and looked at by many tests.

Tests that only look at what arrived ask for ``migrated``. They look at any Open WebUI into which
the sample was migrated: where ``OPEN_WEBUI_URL`` and ``DATABASE_URL`` are set, at that one, and
the tests that need more are left out. ``docker-compose.test.yml`` runs them so.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from _pytest.mark.structures import ParameterSet

from tests.support.databases import Database
from tests.support.dumps import Rows
from tests.support.environments import CURRENT, OLDER, Deployment, deployment
from tests.support.openwebui import OpenWebUIServer, Person, Visitor, signed_in
from tests.support.run import Finished, migrate
from tests.support.sample import SAMPLE, people
from tests.support.snapshots import Snapshot, file_hashes, snapshot, table_rows

ADMIN = ("Admin", "admin@owner.example", "Admin-Password-1")
OUTSIDE = os.environ.get("OPEN_WEBUI_URL")
"""A running Open WebUI to look at instead of those that the tests start."""


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
if OUTSIDE:
    TARGETS = [_target("outside", "outside")]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot be asked of an Open WebUI that somebody else started."""
    if not OUTSIDE:
        return
    here = Path(__file__).parent
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        names = item.fixturenames if isinstance(item, pytest.Function) else []
        looks = "migrated" in names and "migration" not in names
        (kept if looks or here not in item.path.parents else left_out).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left_out)


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """An Open WebUI with the sample in it, running at ``url``.

    ``people`` are those of the sample who can sign in, by their LibreChat id. ``files`` are the
    rows of the table of files.
    """

    url: str
    version: str
    admin: Person
    people: dict[str, Person]
    files: Rows


@dataclass(frozen=True, kw_only=True)
class Migration(Migrated):
    """A deployment before a preview, after it, after the run and after a second run.

    ``twin`` is a copy of the deployment that tests may change; no server runs on it.
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
    twin: Deployment


@pytest.fixture(scope="session", params=TARGETS)
def target(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A version of Open WebUI and a database."""
    chosen: tuple[str, str] = request.param
    return chosen


@pytest.fixture(scope="session")
def migrated(request: pytest.FixtureRequest, target: tuple[str, str]) -> Iterator[Migrated]:
    """The sample, migrated: here, or outside."""
    if not OUTSIDE:
        yield request.getfixturevalue("migration")
        return
    if "DATABASE_URL" not in os.environ:
        pytest.fail("OPEN_WEBUI_URL needs DATABASE_URL, the database of that Open WebUI")
    version = httpx.get(f"{OUTSIDE}/api/version").raise_for_status().json()["version"]
    database = Deployment(version, Path(), os.environ["DATABASE_URL"], "")
    with ExitStack() as stack:
        admin, everybody = _sign_in(OUTSIDE, stack)
        yield Migrated(
            url=OUTSIDE, version=version, admin=admin, people=everybody,
            files=table_rows(database, "file"),
        )  # fmt: skip


def _sign_in(url: str, stack: ExitStack) -> tuple[Person, dict[str, Person]]:
    return stack.enter_context(signed_in(url, *ADMIN[1:])), {
        person["account"]: stack.enter_context(signed_in(url, person["email"], person["password"]))
        for person in people()
    }


@pytest.fixture(scope="session")
def migration(
    request: pytest.FixtureRequest,
    target: tuple[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Migration]:
    """The sample, migrated the way an operator would: sign up, preview, run, run again."""
    version, database = target
    home = tmp_path_factory.mktemp(f"{version}-{database}")
    url = None
    if database == "postgresql":
        url = request.getfixturevalue("postgres").create_database("whole_run")
    place = deployment(version, home, url)
    with OpenWebUIServer(place) as server:
        Visitor(server.url).sign_up(*ADMIN).http.close()
    backup_before = file_hashes(SAMPLE)
    fresh = snapshot(place)
    dry = migrate(place, SAMPLE, home / "dry-report", "--dry-run")
    after_dry = snapshot(place)
    run = migrate(place, SAMPLE, home / "report")
    migrated = snapshot(place)
    again = migrate(place, SAMPLE, home / "report-again")
    after_again = snapshot(place)
    twin = replace(place, home=home / "twin", database_url=f"sqlite:///{home}/twin/data/webui.db")
    shutil.copytree(place.data, twin.data)
    if database == "postgresql":
        postgres = request.getfixturevalue("postgres")
        twin = replace(twin, database_url=postgres.create_database("twin", "whole_run"))
    with ExitStack() as stack:
        server = stack.enter_context(OpenWebUIServer(place))
        admin, everybody = _sign_in(server.url, stack)
        yield Migration(
            url=server.url, version=version, admin=admin, people=everybody,
            files=migrated.tables["file"], deployment=place, fresh=fresh, dry=dry,
            after_dry=after_dry, run=run, migrated=migrated, again=again, after_again=after_again,
            backup_before=backup_before, backup_after=file_hashes(SAMPLE), twin=twin,
        )  # fmt: skip


@pytest.fixture(scope="session")
def file_ids(migrated: Migrated) -> dict[tuple[str, str], str]:
    """Open WebUI's ids of the migrated files, by account and LibreChat's ``file_id``."""
    by_user = {person.id: account for account, person in migrated.people.items()}
    return {
        (by_user[row["user_id"]], row["meta"]["librechat"]["file_id"]): row["id"]
        for row in migrated.files
        if "file_id" in row["meta"]["librechat"]  # others stood inside messages
    }


@pytest.fixture
def empty(sqlite_database: Database) -> Deployment:
    """A deployment of one's own: an administrator and nothing else."""
    return sqlite_database.deployment

"""What all tests share, and nothing heavy: a unit test is to start at once.

What a fixture needs for Open WebUI and PostgreSQL is imported where the fixture is made.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.databases import Database, Postgres

_NUMBERS = itertools.count(1)


@pytest.hookimpl(tryfirst=True)  # Hypothesis's plugin loads the profile that the command line names
def pytest_configure(config: pytest.Config) -> None:
    """Hypothesis's own profile for CI, everywhere.

    Every run tries the same examples, keeps no database of them beside the sources, and never fails
    because the machine is busy. ``--hypothesis-profile thorough`` looks further, in other places
    each time.
    """
    if not config.pluginmanager.hasplugin("hypothesispytest"):
        return  # the checker of docker-compose.test.yml has no Hypothesis
    from hypothesis import settings

    settings.load_profile("ci")
    settings.register_profile(
        "thorough", settings.get_profile("ci"), derandomize=False, max_examples=2000
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """``-n auto``: what fits this machine."""
    from tests.support.workers import fitting

    return fitting()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A running PostgreSQL server."""
    from tests.support.databases import Postgres

    server = Postgres()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Open WebUI database with an administrator, to be copied."""
    from tests.support import databases

    return databases.sqlite_template(tmp_path_factory.mktemp("sqlite-template"))


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same in PostgreSQL: the name of the database."""
    from tests.support import databases

    return databases.postgres_template(postgres, tmp_path_factory.mktemp("postgres-template"))


@pytest.fixture(scope="session")
def built_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built single file; the Action's file and the JSON lie beside it."""
    from tests.support import program

    return program.under_test() or program.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Database:
    """A SQLite database of the test's own."""
    from tests.support.databases import Database

    home = tmp_path / "openwebui"
    (home / "data").mkdir(parents=True)
    copy = shutil.copyfile(sqlite_template, home / "data" / "webui.db")
    return Database(f"sqlite:///{copy}", home)


@pytest.fixture
def postgres_database(postgres: Postgres, postgres_template: str, tmp_path: Path) -> Database:
    """A PostgreSQL database of the test's own."""
    from tests.support.databases import Database

    url = postgres.create_database(f"test_{next(_NUMBERS)}", postgres_template)
    return Database(url, tmp_path / "openwebui")


@pytest.fixture(
    params=[
        pytest.param("sqlite_database", id="sqlite", marks=pytest.mark.openwebui),
        pytest.param(
            "postgres_database",
            id="postgresql",
            marks=[pytest.mark.openwebui, pytest.mark.postgres],
        ),
    ]
)
def database(request: pytest.FixtureRequest) -> Database:
    """An Open WebUI database of the test's own, in SQLite and in PostgreSQL."""
    found: Database = request.getfixturevalue(request.param)
    return found

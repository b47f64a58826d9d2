"""Databases that all tests share: servers and templates once per session, a copy per test."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import databases, program

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[databases.Postgres]:
    """A running PostgreSQL server."""
    server = databases.Postgres()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An Open WebUI database with an administrator, to be copied."""
    return databases.sqlite_template(tmp_path_factory.mktemp("sqlite-template"))


@pytest.fixture(scope="session")
def postgres_template(
    postgres: databases.Postgres, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The same in PostgreSQL: the name of the database."""
    return databases.postgres_template(postgres, tmp_path_factory.mktemp("postgres-template"))


@pytest.fixture(scope="session")
def built_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built single file; the Action's file and the JSON lie beside it."""
    return program.under_test() or program.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> databases.Database:
    """A SQLite database of the test's own."""
    home = tmp_path / "openwebui"
    (home / "data").mkdir(parents=True)
    copy = shutil.copyfile(sqlite_template, home / "data" / "webui.db")
    return databases.Database(f"sqlite:///{copy}", home)


@pytest.fixture
def postgres_database(
    postgres: databases.Postgres, postgres_template: str, tmp_path: Path
) -> databases.Database:
    """A PostgreSQL database of the test's own."""
    url = postgres.create_database(f"test_{next(_NUMBERS)}", postgres_template)
    return databases.Database(url, tmp_path / "openwebui")


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
def database(request: pytest.FixtureRequest) -> databases.Database:
    """An Open WebUI database of the test's own, in SQLite and in PostgreSQL."""
    found: databases.Database = request.getfixturevalue(request.param)
    return found

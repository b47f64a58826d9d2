"""The init container that waits, run for real beside databases in every state."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.support import databases
from tests.support.environments import OLDER, Deployment, deployment
from tests.support.helm import SOURCES
from tests.support.run import migrate
from tests.support.sample import SAMPLE

pytestmark = [pytest.mark.chart, pytest.mark.openwebui]

PROGRAM = SOURCES / "files" / "wait.py"
OLD_REVISION = "7e5b5dc7342b"  # Open WebUI's first one


def wait(target: Deployment, seconds: float, python: Path | None = None) -> tuple[int, list[str]]:
    """Exit status and lines of the program."""
    done = subprocess.run(
        [python or target.python, PROGRAM],
        env={**target.variables, "WAIT_SECONDS": str(seconds), "ENABLE_DB_MIGRATIONS": "false"},
        cwd=target.home,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


def test_a_database_in_use_is_ready_and_left_as_it_is(database: databases.Database) -> None:
    path = Path(database.url.removeprefix("sqlite:///"))
    before = path.read_bytes() if path.is_file() else None
    status, lines = wait(database.deployment, 30)
    assert (status, len(lines)) == (0, 1)
    assert lines[0].endswith("is ready.")
    assert (path.read_bytes() if path.is_file() else None) == before


def set_revision(database: databases.Database, revision: str) -> None:
    if database.url.startswith("sqlite"):
        with sqlite3.connect(database.url.removeprefix("sqlite:///")) as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        connection.close()
    else:
        with psycopg.connect(database.url) as other:
            other.execute("UPDATE alembic_version SET version_num = %s", (revision,))


def revision_of(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        (found,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    connection.close()
    return str(found)


def test_it_waits_until_the_server_has_migrated_the_schema(
    sqlite_database: databases.Database,
) -> None:
    path = Path(sqlite_database.url.removeprefix("sqlite:///"))
    newest = revision_of(path)
    set_revision(sqlite_database, OLD_REVISION)
    process = subprocess.Popen(
        [sqlite_database.deployment.python, PROGRAM],
        env={**sqlite_database.deployment.variables, "WAIT_SECONDS": "60"},
        cwd=sqlite_database.home,
        stdout=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(90, process.kill)
    watchdog.start()
    with process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert f"is at {OLD_REVISION}, and this image expects {newest}" in first
        set_revision(sqlite_database, newest)  # what the server does
        assert process.stdout.read().strip().endswith("is ready.")
    watchdog.cancel()
    assert process.returncode == 0


def test_a_schema_that_stays_old_ends_the_wait(database: databases.Database) -> None:
    set_revision(database, OLD_REVISION)
    status, lines = wait(database.deployment, 0.1)
    assert status == 30
    assert "Waiting for the server to bring it there." in lines[0]
    assert lines[-1].startswith("Gave up waiting for the database:")


def test_a_newer_schema_is_refused_at_once(sqlite_database: databases.Database) -> None:
    older = deployment(OLDER[-1], sqlite_database.home, sqlite_database.url)
    status, lines = wait(older, 600)
    assert status == 10
    assert "migrated by a newer Open WebUI than this image" in lines[-1]


def test_a_missing_sqlite_file_is_waited_for_and_not_made(tmp_path: Path) -> None:
    target = deployment("0.12.4", tmp_path / "new")
    status, lines = wait(target, 0.1)
    assert status == 30
    assert "does not exist yet; the server makes it when it starts" in lines[0]
    assert not list(target.data.iterdir())


@pytest.mark.postgres
def test_an_empty_postgresql_is_waited_for(postgres: databases.Postgres, tmp_path: Path) -> None:
    target = deployment("0.12.4", tmp_path / "new", postgres.create_database("wait_empty"))
    status, lines = wait(target, 0.1)
    assert status == 30
    assert "has no tables of Open WebUI yet" in lines[0]
    with psycopg.connect(target.database_url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert found.fetchone() == (0,)


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://chat:very-secret@127.0.0.1:1/openwebui"
    status, lines = wait(deployment("0.12.4", tmp_path / "new", url), 0.1)
    assert status == 30
    assert "database openwebui on 127.0.0.1 cannot be reached" in lines[0]
    assert "very-secret" not in "".join(lines)


@pytest.mark.parametrize(
    ("password", "ending"),
    [
        ("very@geheim", 10),
        ("very@geheim:wort", 10),
        ("very@geheim/wort", 30),
        ("very@geheim?wort", 30),
    ],
)
def test_a_password_with_a_raw_at_is_not_taken_for_the_host(
    tmp_path: Path, password: str, ending: int
) -> None:
    url = f"postgresql://chat:{password}@127.0.0.1:1/openwebui"
    status, lines = wait(deployment("0.12.4", tmp_path / "new", url), 0.1)
    assert status == ending
    assert "DATABASE_URL" in lines[0]
    assert "%40" in lines[0]
    assert not [piece for piece in ("very", "geheim", "wort") if piece in "".join(lines)]


def test_without_a_secret_key_it_says_what_is_missing(tmp_path: Path) -> None:
    target = replace(deployment("0.12.4", tmp_path / "new"), secret_key="")
    status, lines = wait(target, 60)
    assert status == 10
    assert "Open WebUI cannot be loaded" in lines[-1]
    assert "WEBUI_SECRET_KEY" in lines[-1]


def test_the_summary_is_the_termination_message(
    sqlite_database: databases.Database, tmp_path: Path
) -> None:
    log = tmp_path / "termination-log"
    done = migrate(
        sqlite_database.deployment,
        SAMPLE,
        tmp_path / "reports",
        "--dry-run",
        variables={"MIGRATION_TERMINATION_LOG": str(log)},
    )
    assert done.status == 0, done.output
    (line,) = log.read_text(encoding="utf-8").splitlines()
    assert line.startswith("would migrate ")
    assert line in done.output.splitlines()

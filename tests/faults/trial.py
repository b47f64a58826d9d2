"""One fault: a run that meets it, the runs after it, and what is there in the end."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.faults.injection import Deed, Event, Plan
from tests.support import interpreters
from tests.support.databases import Database, Postgres
from tests.support.dumps import Rows
from tests.support.environments import Deployment
from tests.support.sample import SAMPLE
from tests.support.snapshots import file_hashes, settle, table_rows

TIMEOUT_SECONDS = 120
PATIENCE_SECONDS = 1.0
MOST_RUNS = 3

NOT_OURS = {"alembic_version", "migratehistory", "config"}
VOLATILE = {"last_active_at", "session_stamp", "last_read_at", "version_id", "path"}
"""Columns that hold the time of a run, a random number or the place of a test."""
HISTORIES = {"prompt_history", "model_history"}
RANDOM_IDS = {"group_member", "chat_file", "prompt_history", "access_grant", "model_history"}
FLAWS = ("Traceback", "flaw of the tool", "unexpected error", "internal-error")


@dataclass(frozen=True)
class Fault:
    """Something that happens to a run: what, when in a phase."""

    name: str
    event: Event
    deed: Deed
    only: Collection[str] = ("sqlite", "postgresql")
    later: bool = False
    """Whether what was missing comes with the next run, as one version more."""


FAULTS = (
    Fault("killed before a commit", Event.COMMIT, Deed.KILL),
    Fault("killed after a commit", Event.COMMITTED, Deed.KILL),
    Fault("killed while it stores a file", Event.COPY, Deed.KILL),
    Fault("killed after it stored a file", Event.STORED, Deed.KILL),
    Fault("a statement fails", Event.STATEMENT, Deed.ERROR),
    Fault("a commit fails", Event.COMMIT, Deed.ERROR),
    Fault("a file cannot be stored", Event.COPY, Deed.ERROR),
    Fault("no space for a file", Event.COPY, Deed.NO_SPACE),
    Fault("no space for the database", Event.COMMIT, Deed.NO_SPACE, only=("sqlite",)),
    Fault("a file cannot be read", Event.READ, Deed.ERROR, later=True),
    Fault("PostgreSQL stops", Event.COMMIT, Deed.STOP_DATABASE, only=("postgresql",)),
)


@dataclass(frozen=True)
class Content:
    """All that Open WebUI holds, without what differs between two undisturbed runs."""

    tables: dict[str, Rows]
    files: dict[str, str]

    def differences(self, other: Content, *, later: bool = False) -> list[str]:
        """The tables and files that are not alike; ``later`` allows more versions of a thing."""
        found = [
            f"{name}: {len(self.tables[name])} rows, wanted {len(other.tables[name])}"
            for name in sorted(self.tables)
            if self.tables[name] != other.tables[name]
            and not (later and name in HISTORIES and _holds(self.tables[name], other.tables[name]))
        ]
        return found + sorted(
            f"file {name}"
            for name in {*self.files, *other.files}
            if self.files.get(name) != other.files.get(name)
        )


def _holds(rows: Rows, wanted: Rows) -> bool:
    """Whether what is wanted is there, maybe as a later version of the same thing."""
    place = {"parent_id": None, "commit_message": None}
    there = [row | place for row in rows]
    return all(row | place in there for row in wanted)


def content(place: Deployment) -> Content:
    """What is there now."""
    settle(place)
    tables = {name: _stable(name, table_rows(place, name)) for name in _tables(place)}
    return Content(tables, file_hashes(place.data / "uploads"))


def _tables(place: Deployment) -> list[str]:
    if place.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(place.data / "webui.db")) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            names = [row[0] for row in found]
    else:
        with psycopg.connect(place.database_url) as line:
            names = [
                row[0]
                for row in line.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                )
            ]
    return [name for name in names if name not in NOT_OURS and not name.startswith("librechat_")]


def _stable(table: str, rows: Rows) -> Rows:
    left_out = VOLATILE | ({"id", "created_at"} if table in RANDOM_IDS else set())
    kept = [{name: row[name] for name in row if name not in left_out} for row in rows]
    return sorted(kept, key=lambda row: json.dumps(row, sort_keys=True, default=str))


@dataclass(frozen=True)
class Trial:
    """How one fault ended: exit statuses of the run that met it and of those after it."""

    fault: str
    phase: str
    statuses: tuple[int, ...]
    wrong: tuple[str, ...]


class Site:
    """Where trials are made: a database that is empty each time, and its storage."""

    def __init__(
        self, place: Path, kind: str, template: Path | str, server: Postgres | None
    ) -> None:
        """``template`` is a file of SQLite's, or the name of a database of the server's."""
        self.kind = kind
        self._place = place
        self._template = template
        self._server = server
        self._made = 0

    def fresh(self) -> Deployment:
        """An Open WebUI with an administrator and nothing else."""
        self._made += 1
        home = self._place / f"{self.kind}-{self._made}"
        (home / "data" / "uploads").mkdir(parents=True)
        if self._server is None:
            shutil.copyfile(self._template, home / "data" / "webui.db")
            return Database(f"sqlite:///{home / 'data' / 'webui.db'}", home).deployment
        url = self._server.create_database(f"faults_{self._made}", str(self._template))
        return Database(url, home).deployment

    def remove(self, place: Deployment) -> None:
        """Forget one."""
        shutil.rmtree(place.home)
        if self._server is not None:
            name = sql.Identifier(place.database_url.rpartition("/")[2])
            with psycopg.connect(self._server.url("postgres"), autocommit=True) as line:
                line.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def undisturbed(self) -> tuple[Content, list[tuple[str, str, int]]]:
        """What a run without a fault leaves, and the events that it met, with their phases."""
        place = self.fresh()
        log = place.home / "events.json"
        status, output = self._run(place, Plan(log=str(log)))
        if status:
            raise RuntimeError(f"the run without a fault ended with {status}:\n{output}")
        events = [(kind, phase, number) for kind, phase, number in json.loads(log.read_text())]
        found = content(place)
        self.remove(place)
        return found, events

    def trial(self, fault: Fault, phase: str, number: int, wanted: Content) -> Trial:
        """Let a run meet the fault, run again until it ends well, and compare."""
        place = self.fresh()
        server = self._server.pid if self._server is not None else 0
        plan = Plan(
            fault.event, phase, number, fault.deed, server=server, patience=PATIENCE_SECONDS
        )
        wrong = []
        statuses = []
        for attempt in range(MOST_RUNS):
            status, output = self._run(place, plan if not attempt else Plan())
            statuses.append(status)
            wrong += [f"run {attempt + 1} says {flaw!r}" for flaw in FLAWS if flaw in output]
            if not attempt and fault.deed is Deed.STOP_DATABASE and self._server is not None:
                self._server.restart()
            if not attempt and (status < 0) != (fault.deed is Deed.KILL):
                wrong.append(f"the fault was not met: {status}")
            if attempt and not status:
                break
        if statuses[-1]:
            wrong.append(f"no run ended well: {statuses}")
        wrong += content(place).differences(wanted, later=fault.later)
        self.remove(place)
        return Trial(fault.name, phase, tuple(statuses), tuple(wrong))

    def _run(self, place: Deployment, plan: Plan) -> tuple[int, str]:
        path = place.home / "plan.json"
        path.write_text(json.dumps(asdict(plan)), encoding="utf-8")
        arguments: list[Any] = [
            place.python, "-m", "tests.faults.injection", path, "run", "--backup", SAMPLE,
            "--report-dir", place.home / "report",
        ]  # fmt: skip
        finished = interpreters.run(
            arguments, env=place.variables, cwd=place.home, timeout=TIMEOUT_SECONDS, merged=True
        )
        return finished.returncode, finished.stdout

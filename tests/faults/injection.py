"""The command line with one fault in it: ``python -m tests.faults.injection PLAN VERB …``.

The plan is a JSON file: at the how manyeth ``event`` what happens. Without one, nothing happens
and every event is written down with its phase. The rest of the process is the real thing.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from migrator_core.cli import main
from migrator_core.librechat.blobs import Blob
from migrator_core.openwebui.database.database import Database
from migrator_core.openwebui.storage import file_store
from migrator_core.openwebui.storage.storage import Storage
from migrator_core.progress import Progress


class Event(StrEnum):
    """What a fault can meet."""

    STATEMENT = "statement"
    COMMIT = "commit"
    COMMITTED = "committed"
    COPY = "copy"
    STORED = "stored"
    READ = "read"


class Deed(StrEnum):
    """What happens then."""

    KILL = "kill"
    ERROR = "error"
    NO_SPACE = "no space"
    STOP_DATABASE = "stop database"


@dataclass(frozen=True)
class Plan:
    """``number`` counts from 1 in each phase; 0 only writes the events into ``log``.

    Not over the whole run: its heartbeat writes, too, whenever a second is over.
    """

    event: str = ""
    phase: str = ""
    number: int = 0
    deed: str = ""
    log: str = ""
    server: int = 0
    patience: float = 0.0


@dataclass
class Injection:
    """Counts events, and does the deed at its time."""

    plan: Plan
    phase: str = "before the run"
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    events: list[tuple[str, str, int]] = field(default_factory=list)
    full: bool = False

    def meet(self, event: Event) -> None:
        """An event happens."""
        self.counts[event, self.phase] += 1
        number = self.counts[event, self.phase]
        self.events.append((event.value, self.phase, number))
        plan = self.plan
        if (event, self.phase, number) == (plan.event, plan.phase, plan.number):
            self._do(event)

    def _do(self, event: Event) -> None:
        match self.plan.deed:
            case Deed.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            case Deed.STOP_DATABASE:
                os.kill(self.plan.server, signal.SIGQUIT)  # at once, without a word to anybody
            case Deed.NO_SPACE if event is Event.COMMIT:
                self.full = True
            case Deed.NO_SPACE:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            case Deed.ERROR if event in {Event.STATEMENT, Event.COMMIT}:
                cause = RuntimeError("the disk gave an error")
                raise sa.exc.OperationalError("", None, cause)
            case Deed.ERROR:
                raise OSError(errno.EIO, os.strerror(errno.EIO))

    def install(self) -> None:
        """Into the libraries and the modules that do the work."""
        self._watch_phases()
        self._watch_the_database()
        self._watch_the_storage()
        for patient in (Database, Storage):
            if self.plan.patience and patient.__init__.__kwdefaults__:
                patient.__init__.__kwdefaults__["patience"] = self.plan.patience

    def _watch_phases(self) -> None:
        start = Progress.start

        def noticed(progress: Progress, phase: str, total: int | None = None) -> None:
            self.phase = phase
            start(progress, phase, total)

        setattr(Progress, "start", noticed)

    def _watch_the_database(self) -> None:
        def execute(connection: sa.Connection, cursor: Any, *_: Any) -> None:
            if self.full and connection.dialect.name == "sqlite":
                # Not under what it has already: no page more.
                connection.connection.cursor().execute("PRAGMA max_page_count = 1")
            self.meet(Event.STATEMENT)

        sa.event.listen(sa.Engine, "before_cursor_execute", execute)
        commit = DefaultDialect.do_commit

        def committing(dialect: DefaultDialect, connection: Any) -> None:
            self.meet(Event.COMMIT)
            commit(dialect, connection)  # type: ignore[no-untyped-call]
            self.meet(Event.COMMITTED)

        setattr(DefaultDialect, "do_commit", committing)

    def _watch_the_storage(self) -> None:
        def copy(source: BinaryIO, target: BinaryIO, length: int) -> None:
            target.write(source.read(1))
            target.flush()
            self.meet(Event.COPY)
            shutil.copyfileobj(source, target, length)

        setattr(file_store, "shutil", SimpleNamespace(**vars(shutil) | {"copyfileobj": copy}))
        write, read = file_store.FileStore._write, Blob.open

        def writing(*arguments: Any) -> None:
            write(*arguments)
            self.meet(Event.STORED)

        def reading(blob: Blob) -> Any:
            self.meet(Event.READ)
            return read(blob)

        setattr(file_store.FileStore, "_write", writing)
        setattr(Blob, "open", reading)


@contextmanager
def injected(plan: Plan) -> Iterator[Injection]:
    """The fault, in this process from now on."""
    injection = Injection(plan)
    injection.install()
    try:
        yield injection
    finally:
        if plan.log:
            Path(plan.log).write_text(json.dumps(injection.events), encoding="utf-8")


def run(arguments: list[str], program: Callable[[list[str]], int] = main) -> int:
    """The command line, with the plan that the first argument names."""
    plan = Plan(**json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
    with injected(plan):
        return program(arguments[1:])


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))

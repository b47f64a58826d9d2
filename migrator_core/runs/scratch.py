"""Notes that a run takes on disk, so that memory stays flat however large the backup is.

A temporary SQLite database of our own, in the run's work directory; nothing in it outlives the run.
Keys and texts may be any string that a backup can hold: they are stored as bytes, because SQLite
takes no half of a surrogate pair and ends some texts at a NUL.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Generic, cast

from migrator_core.convert.files.file_link import FileLink
from migrator_core.librechat.documents.base import M
from migrator_core.plain_json import from_json, to_json
from migrator_core.runs.used_models import UsedModels

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (kind TEXT, key BLOB, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS link (user BLOB, file_id BLOB, link TEXT, PRIMARY KEY (user, file_id))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS path (
    user BLOB, path BLOB, file_id BLOB, PRIMARY KEY (user, path, file_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS name (kind TEXT, key BLOB, name BLOB, PRIMARY KEY (kind, key))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS note (
    kind TEXT, key BLOB, place INTEGER PRIMARY KEY AUTOINCREMENT, source BLOB, body TEXT
);
CREATE INDEX IF NOT EXISTS note_key ON note (kind, key);
CREATE TABLE IF NOT EXISTS used (
    model BLOB, account BLOB, chats INTEGER NOT NULL, agents INTEGER NOT NULL,
    answered INTEGER NOT NULL, PRIMARY KEY (model, account)
) WITHOUT ROWID;
"""


class Scratch:
    """Keyed notes on disk. Safe to use from one worker thread beside the event loop's thread."""

    def __init__(self, directory: Path, *, copied: bool = False) -> None:
        """Notes in a directory; ``copied`` ones are only read, by several processes at once."""
        self._lock = threading.Lock()
        self._directory = directory
        # Of which kinds there are any: every conversation asks for several that few backups have.
        self._named: set[str] | None = None if copied else set()
        self._noted: set[str] = set()
        # No journal and no syncing: a run that dies takes its notes with it.
        self._db = sqlite3.connect(
            directory / "scratch.sqlite", check_same_thread=False, isolation_level=None
        )
        if copied:
            return
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        # Nobody else opens the file: asking the operating system for its lock, and writing what has
        # changed, at every note would take longer than the notes themselves.
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def copied(self, *names: str) -> Path:
        """Where files went, and names of these kinds, for others to read while we write.

        A directory with notes of their own.
        """
        directory = self._directory / "copied"
        directory.mkdir()
        with contextlib.closing(Scratch(directory)) as other, self._lock:
            for table in ("link", "path", "name"):
                found = self._db.execute(f"SELECT * FROM {table}")  # noqa: S608 - constants only
                width = len(found.description)
                rows = (row for row in found if table != "name" or row[0] in names)
                other.fill(table, width, rows)
            other.keep()
        return directory

    def keep(self) -> None:
        """Leave the notes behind, for whoever opens them next; nothing can be noted after it."""
        self._db.execute("COMMIT")

    def fill(self, table: str, width: int, rows: Iterable[tuple[Any, ...]]) -> None:
        """Rows for one of the tables, as another one had them."""
        marks = ", ".join("?" * width)
        self._db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608

    def first_time(self, kind: str, *key: str) -> bool:
        """Whether this key is new among its kind; it is not any more afterwards."""
        with self._lock:
            cursor = self._db.execute(
                "INSERT OR IGNORE INTO seen VALUES (?, ?)", (kind, _joined(key))
            )
            return cursor.rowcount == 1

    def has(self, kind: str, *key: str) -> bool:
        """Whether :meth:`first_time` was asked for this key before."""
        with self._lock:
            found = self._db.execute(
                "SELECT 1 FROM seen WHERE kind = ? AND key = ?", (kind, _joined(key))
            ).fetchone()
        return found is not None

    def add_link(self, user: str, file_id: str, link: FileLink) -> None:
        """Remember where a user's file went."""
        values = (_bytes(user), _bytes(file_id), to_json(astuple(link)))
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO link VALUES (?, ?, ?)", values)

    def links(self, user: str, file_ids: Iterable[str]) -> dict[str, FileLink]:
        """Those of ``file_ids`` that are files of this user and were migrated."""
        found: dict[str, FileLink] = {}
        query = "SELECT link FROM link WHERE user = ? AND file_id = ?"
        for file_id in file_ids:
            row = self._one(query, user, file_id)
            if row:
                found[file_id] = FileLink(*from_json(row[0]))
        return found

    def add_path(self, user: str, path: str, file_id: str) -> None:
        """Remember that a user's file has this path, migrated or not."""
        values = (_bytes(user), _bytes(path), _bytes(file_id))
        with self._lock:
            self._db.execute("INSERT OR IGNORE INTO path VALUES (?, ?, ?)", values)

    def links_by_path(self, user: str, paths: Iterable[str]) -> dict[str, FileLink | None]:
        """Those of ``paths`` that are files of this user; None for one that was not migrated."""
        found: dict[str, FileLink | None] = {}
        query = (
            "SELECT link FROM path LEFT JOIN link USING (user, file_id) "
            "WHERE user = ? AND path = ? ORDER BY link IS NULL, file_id LIMIT 1"
        )
        for path in paths:
            row = self._one(query, user, path)
            if row:
                found[path] = FileLink(*from_json(row[0])) if row[0] else None
        return found

    def add_name(self, kind: str, key: str, name: str) -> None:
        """Remember what people call something."""
        values = (kind, _bytes(key), _bytes(name))
        with self._lock:
            if self._named is not None:
                self._named.add(kind)
            self._db.execute("INSERT OR REPLACE INTO name VALUES (?, ?, ?)", values)

    def names(self, kind: str, keys: Iterable[str]) -> dict[str, str]:
        """The names of those of ``keys`` that have one."""
        found: dict[str, str] = {}
        if self._named is not None and kind not in self._named:
            return found
        for key in keys:
            with self._lock:
                row = self._db.execute(
                    "SELECT name FROM name WHERE kind = ? AND key = ?", (kind, _bytes(key))
                ).fetchone()
            if row:
                found[key] = _text(row[0])
        return found

    def all_names(self, kind: str) -> Iterator[bytes]:
        """All keys of a kind and their names, always in the same order."""
        yield from self._flat("SELECT key, name FROM name WHERE kind = ? ORDER BY key", kind)

    def all_links(self, user: str) -> Iterator[bytes]:
        """Where all files of a user went, and which paths lead to them, in the same order."""
        own = _bytes(user)
        yield from self._flat("SELECT file_id, link FROM link WHERE user = ? ORDER BY file_id", own)
        yield from self._flat(
            "SELECT path, file_id FROM path WHERE user = ? ORDER BY path, file_id", own
        )

    def _flat(self, query: str, key: str | bytes) -> Iterator[bytes]:
        with self._lock:
            rows = self._db.execute(query, (key,)).fetchall()
        for row in rows:
            yield from (value if isinstance(value, bytes) else _bytes(value) for value in row)

    def used_models(self) -> UsedModels:
        """Who uses which model."""
        return UsedModels(self._db, self._lock)

    def notes(self, kind: str, model: type[M]) -> Notes[M]:
        """The notes of one kind, each a document of this model."""
        return Notes(self._db, self._lock, self._noted, kind, model)

    def _one(self, query: str, *keys: str) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._db.execute(
                query, tuple(_bytes(key) for key in keys)
            ).fetchone()
            return row


@dataclass(frozen=True, slots=True)
class Noted(Generic[M]):
    """A document that was kept for later, and what outcomes call it."""

    source_id: str
    document: M


class Notes(Generic[M]):
    """Documents that are kept for later, under keys that need not be unique."""

    def __init__(
        self,
        db: sqlite3.Connection,
        lock: threading.Lock,
        noted: set[str],
        kind: str,
        model: type[M],
    ) -> None:
        """Notes of one kind; ``noted`` are the kinds that there are any of."""
        self._db = db
        self._lock = lock
        self._kinds = noted
        self._kind = kind
        self._model = model

    def add(self, key: tuple[str, ...], source_id: str, document: M) -> None:
        """Keep a document."""
        body = json.dumps(document.model_dump(), default=_plain)
        values = (self._kind, _joined(key), _bytes(source_id), body)
        with self._lock:
            self._kinds.add(self._kind)
            self._db.execute(
                "INSERT INTO note (kind, key, source, body) VALUES (?, ?, ?, ?)", values
            )

    def has(self, *key: str) -> bool:
        """Whether there is a document under a key."""
        if self._kind not in self._kinds:
            return False
        with self._lock:
            row = self._db.execute(
                "SELECT 1 FROM note WHERE kind = ? AND key = ?", (self._kind, _joined(key))
            ).fetchone()
        return row is not None

    def take(self, *key: str) -> list[Noted[M]]:
        """The documents under a key, in the order in which they came; they are gone afterwards."""
        if self._kind not in self._kinds:
            return []
        with self._lock:
            rows = self._db.execute(
                "DELETE FROM note WHERE kind = ? AND key = ? RETURNING place, source, body",
                (self._kind, _joined(key)),
            ).fetchall()
        return [self._noted(source, body) for _, source, body in sorted(rows)]

    def remaining(self) -> Iterator[Noted[M]]:
        """The documents that nobody took, in the order in which they came."""
        place = 0
        while True:
            with self._lock:
                row = self._db.execute(
                    "SELECT place, source, body FROM note WHERE kind = ? AND place > ? "
                    "ORDER BY place LIMIT 1",
                    (self._kind, place),
                ).fetchone()
            if row is None:
                return
            place = row[0]
            yield self._noted(row[1], row[2])

    def _noted(self, source: bytes, body: str) -> Noted[M]:
        # What was checked when it was read is not checked again: a date that is a number of
        # milliseconds by now would be taken for seconds.
        document = self._model.model_construct(**json.loads(body))
        return Noted(_text(source), cast("M", document))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogatepass")


def _joined(key: tuple[str, ...]) -> bytes:
    """Several texts as one key; no two lists of texts have the same."""
    return b"".join(b"%d:%b" % (len(part), part) for part in map(_bytes, key))


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else str(value)

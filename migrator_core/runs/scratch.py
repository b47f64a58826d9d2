"""Notes that a run takes on disk, so that memory stays flat however large the backup is.

A temporary SQLite database of our own, in the run's work directory; nothing in it outlives the run.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

from migrator_core.convert.files.file_records import FileLink

_SCHEMA = """
CREATE TABLE seen (kind TEXT, key TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE link (user TEXT, file_id TEXT, link TEXT, PRIMARY KEY (user, file_id)) WITHOUT ROWID;
CREATE TABLE path (user TEXT, path TEXT, file_id TEXT, PRIMARY KEY (user, path, file_id))
    WITHOUT ROWID;
CREATE TABLE name (kind TEXT, key TEXT, name TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE note (kind TEXT, key TEXT, place INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT);
CREATE INDEX note_key ON note (kind, key);
"""


class Scratch:
    """Keyed notes on disk. Safe to use from one worker thread beside the event loop's thread."""

    def __init__(self, directory: Path) -> None:
        self._lock = threading.Lock()
        # No journal and no syncing: a run that dies takes its notes with it.
        self._db = sqlite3.connect(
            directory / "scratch.sqlite", check_same_thread=False, isolation_level=None
        )
        self._db.execute("PRAGMA journal_mode=OFF")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def first_time(self, kind: str, key: str) -> bool:
        """Whether this key is new among its kind; it is not any more afterwards."""
        with self._lock:
            cursor = self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (kind, key))
            return cursor.rowcount == 1

    def add_link(self, user: str, file_id: str, link: FileLink) -> None:
        """Remember where a user's file went."""
        body = json.dumps(astuple(link))
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO link VALUES (?, ?, ?)", (user, file_id, body))

    def links(self, user: str, file_ids: Iterable[str]) -> dict[str, FileLink]:
        """Those of ``file_ids`` that are files of this user and were migrated."""
        found: dict[str, FileLink] = {}
        with self._lock:
            for file_id in file_ids:
                row = self._db.execute(
                    "SELECT link FROM link WHERE user = ? AND file_id = ?", (user, file_id)
                ).fetchone()
                if row:
                    found[file_id] = FileLink(*json.loads(row[0]))
        return found

    def add_path(self, user: str, path: str, file_id: str) -> None:
        """Remember that a user's file has this path, migrated or not."""
        with self._lock:
            self._db.execute("INSERT OR IGNORE INTO path VALUES (?, ?, ?)", (user, path, file_id))

    def links_by_path(self, user: str, paths: Iterable[str]) -> dict[str, FileLink | None]:
        """Those of ``paths`` that are files of this user; None for one that was not migrated."""
        found: dict[str, FileLink | None] = {}
        with self._lock:
            for path in paths:
                row = self._db.execute(
                    "SELECT link FROM path LEFT JOIN link USING (user, file_id) "
                    "WHERE user = ? AND path = ? ORDER BY link IS NULL, file_id LIMIT 1",
                    (user, path),
                ).fetchone()
                if row:
                    found[path] = FileLink(*json.loads(row[0])) if row[0] else None
        return found

    def add_name(self, kind: str, key: str, name: str) -> None:
        """Remember what people call something."""
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO name VALUES (?, ?, ?)", (kind, key, name))

    def names(self, kind: str, keys: Iterable[str]) -> dict[str, str]:
        """The names of those of ``keys`` that have one."""
        found: dict[str, str] = {}
        with self._lock:
            for key in keys:
                row = self._db.execute(
                    "SELECT name FROM name WHERE kind = ? AND key = ?", (kind, key)
                ).fetchone()
                if row:
                    found[key] = row[0]
        return found

    def add_note(self, kind: str, key: str, body: dict[str, Any]) -> None:
        """Keep a document for later, under a key that need not be unique."""
        text = json.dumps(body, default=_note_default)
        with self._lock:
            self._db.execute(
                "INSERT INTO note (kind, key, body) VALUES (?, ?, ?)", (kind, key, text)
            )

    def take_notes(self, kind: str, key: str) -> list[dict[str, Any]]:
        """The documents under a key, in the order in which they came; they are gone afterwards."""
        with self._lock:
            rows = self._db.execute(
                "DELETE FROM note WHERE kind = ? AND key = ? RETURNING place, body", (kind, key)
            ).fetchall()
        return [json.loads(body) for _, body in sorted(rows)]

    def remaining_notes(self, kind: str) -> Iterator[dict[str, Any]]:
        """The documents of a kind that nobody took, in the order in which they came."""
        place = 0
        while True:
            with self._lock:
                row = self._db.execute(
                    "SELECT place, body FROM note WHERE kind = ? AND place > ? "
                    "ORDER BY place LIMIT 1",
                    (kind, place),
                ).fetchone()
            if row is None:
                return
            place = row[0]
            yield json.loads(row[1])


def _note_default(value: Any) -> Any:  # noqa: ANN401 - a JSON hook sees every type
    return value.hex() if isinstance(value, bytes) else str(value)

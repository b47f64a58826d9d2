"""Somebody who wants SQLite's write lock, and notes how long they waited.

Words: the database, the file for the notes. Two ways of waiting take turns. ``held`` asks again
every millisecond, so it says how long others hold the lock. ``wait`` leaves the waiting to SQLite,
whose pauses grow to a tenth of a second: that is what every other writer of Open WebUI does, and
it includes bad luck.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from pathlib import Path

from benchmarks.neighbour.samples import Sample, write

PAUSE = 0.02
_PATIENCE = 60


def wait(connection: sqlite3.Connection, kind: str) -> Sample:
    """Get the lock and give it back at once."""
    began = time.monotonic()
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() - began > _PATIENCE:
                return Sample(began, time.monotonic(), kind, ok=False)
            time.sleep(0.001)
    ended = time.monotonic()
    connection.execute("ROLLBACK")
    return Sample(began, ended, kind)


def main() -> None:
    """Go on until the process is ended."""
    database, notes = sys.argv[1:3]
    ways = {
        "held": sqlite3.connect(database, timeout=0, isolation_level=None),
        "wait": sqlite3.connect(database, timeout=_PATIENCE, isolation_level=None),
    }
    with Path(notes).open("w", buffering=1) as file:
        while True:
            for kind, connection in ways.items():
                write(file, wait(connection, kind))
                time.sleep(PAUSE)


if __name__ == "__main__":
    main()

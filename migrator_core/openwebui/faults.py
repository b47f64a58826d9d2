"""What a database error means for the run: wait, stop, or give up on one row."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import TypeVar

import sqlalchemy.exc as sa_exc

from migrator_core.errors import AbortedError

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds to wait for a lock that another process holds."""

_LONGEST_PAUSE = 5.0
_SQLITE_LOCKED = frozenset({5, 6})
"""Primary result codes of SQLite: BUSY, LOCKED (sqlite.org/rescode.html)."""
_SQLITE_USELESS = frozenset({7, 8, 10, 11, 13, 14, 23, 26})
"""NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, AUTH, NOTADB: the next row fails just so."""
_POSTGRES_LOCKED = frozenset({"40001", "40P01", "55P03"})
"""Serialisation failure, deadlock, lock not available."""
_POSTGRES_USELESS = ("08", "25006", "28", "42501", "42P01", "53", "57", "58", "XX")
"""Connection, read-only server, no permission, no table, resources, shutdown, system errors."""


class RejectedError(Exception):
    """The database does not take this row; ``str()`` says why, without the row's content."""


class Fault(Enum):
    """Kinds of database trouble."""

    LOCKED = auto()
    USELESS = auto()
    REJECTED = auto()


def diagnose(error: BaseException) -> Fault:
    """Tell trouble with one row from trouble with the whole database."""
    if isinstance(error, sa_exc.TimeoutError | OSError):
        return Fault.USELESS
    if not isinstance(error, sa_exc.DBAPIError):
        return Fault.REJECTED
    if error.connection_invalidated:
        return Fault.USELESS
    code = getattr(error.orig, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _diagnose_sqlite(code & 0xFF)
    return _diagnose_postgres(error, getattr(error.orig, "sqlstate", None))


def _diagnose_sqlite(code: int) -> Fault:
    if code in _SQLITE_LOCKED:
        return Fault.LOCKED
    return Fault.USELESS if code in _SQLITE_USELESS else Fault.REJECTED


def _diagnose_postgres(error: sa_exc.DBAPIError, state: str | None) -> Fault:
    if state in _POSTGRES_LOCKED:
        return Fault.LOCKED
    if state and state.startswith(_POSTGRES_USELESS):
        return Fault.USELESS
    # Without a code the server never answered, or the driver refused the value itself.
    silent = state is None and isinstance(error, sa_exc.OperationalError | sa_exc.InterfaceError)
    return Fault.USELESS if silent else Fault.REJECTED


def describe(error: BaseException) -> str:
    """The error in a few words: no statement, no parameters, nothing of anybody's content."""
    if isinstance(error, UnicodeError):
        return "a text holds half of a character pair (lone surrogate)"
    orig = getattr(error, "orig", None) or error
    diagnosis = getattr(orig, "diag", None)
    if diagnosis is not None and diagnosis.message_primary:
        # PostgreSQL quotes the offending value after a colon or in parentheses.
        text = re.split(r'[:(]| "', str(diagnosis.message_primary), maxsplit=1)[0].strip()
        place = diagnosis.constraint_name or diagnosis.column_name
        return f"{text} ({place})" if place else f"{text} ({diagnosis.sqlstate})"
    return redact(str(orig).strip().split("\n", 1)[0])[:200] or type(orig).__name__


def redact(text: str) -> str:
    """The text without passwords of URLs and connection strings."""
    text = re.sub(r"(//[^:/@\s]*):[^/\s]*@", r"\1:***@", text)
    return re.sub(r"(?i)(password\s*=\s*)[^\s&;]+", r"\1***", text)


async def patiently(action: Callable[[], Awaitable[T]], *, patience: float = PATIENCE) -> T:
    """Do something with the database, waiting for locks up to ``patience`` seconds.

    Raises:
        RejectedError: the database does not take what it was given.
        AbortedError: the lock did not come free, or the database is gone or unusable.
    """
    started, pause = time.monotonic(), 0.05
    while True:
        try:
            return await action()
        except (sa_exc.SQLAlchemyError, OSError, UnicodeError, OverflowError) as error:
            match diagnose(error):
                case Fault.REJECTED:
                    raise RejectedError(describe(error)) from error
                case Fault.USELESS:
                    raise AbortedError(
                        f"The database cannot be used any more: {describe(error)}. What was "
                        "written so far is complete; the migration is safe to run again."
                    ) from error
                case Fault.LOCKED if time.monotonic() - started >= patience:
                    raise AbortedError(
                        f"Another process kept the database locked for {patience:.0f} seconds "
                        f"({describe(error)}). What was written so far is complete; the migration "
                        "is safe to run again, best at a quieter time."
                    ) from error
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)

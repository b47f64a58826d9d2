"""What a database error means: wait, stop, or give up on one row."""

from __future__ import annotations

import re
import sqlite3
from enum import Enum, auto

import sqlalchemy.exc as sa_exc

TROUBLE = (sa_exc.SQLAlchemyError, OSError, UnicodeError, OverflowError)
"""What SQLAlchemy and the drivers under it raise."""

_SQLITE_LOCKED = frozenset({5, 6})
"""Primary result codes of SQLite: BUSY, LOCKED (sqlite.org/rescode.html)."""
_SQLITE_USELESS = frozenset({7, 8, 10, 11, 13, 14, 23, 26})
"""NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, AUTH, NOTADB: the next row fails just so."""
_POSTGRES_LOCKED = frozenset({"40001", "40P01", "55P03"})
"""Serialisation failure, deadlock, lock not available."""
_POSTGRES_AWAY = ("08", "53300", "57P01", "57P02", "57P03", "57P05", "25P03")
"""Connection lost, too many connections, shutting down, crashed, starting, idle for too long."""
_POSTGRES_USELESS = ("25006", "28", "3D000", "42501", "42P01", "53", "57", "58", "XX")
"""Read-only server, no permission, no database, no table, resources, system errors."""


class RejectedError(Exception):
    """The database does not take this row; ``str()`` says why, without the row's content."""


class Fault(Enum):
    """Kinds of database trouble. What is locked or away may be there again in a moment."""

    LOCKED = auto()
    AWAY = auto()
    USELESS = auto()
    REJECTED = auto()


def diagnose(error: BaseException) -> Fault:
    """Tell trouble with one row from trouble with the whole database."""
    if isinstance(error, sa_exc.TimeoutError | ConnectionError | TimeoutError):
        return Fault.AWAY
    if isinstance(error, OSError):
        return Fault.USELESS
    if not isinstance(error, sa_exc.DBAPIError):
        return Fault.REJECTED
    if isinstance(error.orig, sqlite3.Error):
        return _diagnose_sqlite(getattr(error.orig, "sqlite_errorcode", None))
    return _diagnose_postgres(error, getattr(error.orig, "sqlstate", None))


def _diagnose_sqlite(code: int | None) -> Fault:
    primary = (code or 0) & 0xFF
    if primary in _SQLITE_LOCKED:
        return Fault.LOCKED
    return Fault.USELESS if primary in _SQLITE_USELESS else Fault.REJECTED


def _diagnose_postgres(error: sa_exc.DBAPIError, state: str | None) -> Fault:
    if state in _POSTGRES_LOCKED:
        return Fault.LOCKED
    if state and state.startswith(_POSTGRES_AWAY):
        return Fault.AWAY
    if state and state.startswith(_POSTGRES_USELESS):
        return Fault.USELESS
    # Without a code the server never answered, or the driver refused the value itself.
    silent = state is None and isinstance(error, sa_exc.OperationalError | sa_exc.InterfaceError)
    return Fault.AWAY if silent or error.connection_invalidated else Fault.REJECTED


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


_IN_A_URL = re.compile(r"(//[^:/@\s]*):.*@")
_NAMED = re.compile(
    r"""(?ix)
    ((?:password|passwd|pwd|secret|token|(?:api|access|account|secret)[-_ ]?key|signature|\bsig)
     (?:[-_]?\w*)? ["']? \s* [=:] \s*)
    (?: "[^"]*" | '[^']*' | [^\s&;,]+ )
    """
)


def redact(text: str) -> str:
    """One line without passwords of URLs and connection strings.

    A password in a URL may hold any character, so everything up to the line's last ``@`` goes.
    """
    return _NAMED.sub(r"\1***", _IN_A_URL.sub(r"\1:***@", text))

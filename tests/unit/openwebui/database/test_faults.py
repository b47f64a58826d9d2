"""Each kind of trouble is told apart, and described without anybody's content."""

from __future__ import annotations

import sqlite3
from types import SimpleNamespace

import pytest
import sqlalchemy.exc as sa_exc

from migrator_core.openwebui.database.faults import Fault, describe, diagnose, redact


class DriverError(Exception):
    """As psycopg raises it: with a code where the server has answered."""

    def __init__(self, words: str, sqlstate: str | None = None) -> None:
        super().__init__(words)
        self.sqlstate = sqlstate


def of_postgres(
    state: str | None, kind: type[sa_exc.DBAPIError] = sa_exc.OperationalError
) -> sa_exc.DBAPIError:
    return kind("INSERT …", {"email": "bea@people.example"}, DriverError("words", state))


def of_sqlite(code: int | None) -> sa_exc.DBAPIError:
    orig = sqlite3.OperationalError("words")
    if code is not None:
        orig.sqlite_errorcode = code
    return sa_exc.OperationalError("INSERT …", {}, orig)


@pytest.mark.parametrize(
    ("fault", "states"),
    [
        (Fault.LOCKED, ["40001", "40P01", "55P03"]),
        (Fault.AWAY, ["08006", "08001", "53300", "57P01", "57P02", "57P03", "25P03", None]),
        (Fault.USELESS, ["25006", "28P01", "3D000", "42501", "42P01", "53100", "53200", "57014"]),
        (Fault.USELESS, ["58030", "XX000", "XX001"]),
        (Fault.REJECTED, ["22001", "22P02", "23502", "23503", "23505"]),
    ],
)
def test_what_postgresql_says(fault: Fault, states: list[str | None]) -> None:
    assert {diagnose(of_postgres(state)) for state in states} == {fault}


def test_what_the_driver_for_postgresql_says_without_the_server() -> None:
    assert diagnose(of_postgres(None, sa_exc.InterfaceError)) is Fault.AWAY
    assert diagnose(of_postgres(None, sa_exc.DataError)) is Fault.REJECTED
    assert diagnose(of_postgres(None, sa_exc.ProgrammingError)) is Fault.REJECTED
    broken = sa_exc.DataError("INSERT …", {}, DriverError("x"), connection_invalidated=True)
    assert diagnose(broken) is Fault.AWAY


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        (Fault.LOCKED, [5, 6, 5 | 2 << 8, 5 | 1 << 8]),
        (Fault.USELESS, [8, 10, 10 | 12 << 8, 11, 13, 14, 26]),
        (Fault.REJECTED, [1, 18, 19, 19 | 8 << 8, 20, None]),
    ],
)
def test_what_sqlite_says(fault: Fault, codes: list[int | None]) -> None:
    assert {diagnose(of_sqlite(code)) for code in codes} == {fault}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.AWAY, sa_exc.TimeoutError("pool")),
        (Fault.AWAY, ConnectionResetError()),
        (Fault.AWAY, TimeoutError()),
        (Fault.USELESS, PermissionError()),
        (Fault.REJECTED, UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")),
        (Fault.REJECTED, OverflowError()),
        (Fault.REJECTED, sa_exc.InvalidRequestError()),
    ],
)
def test_what_python_and_sqlalchemy_raise(fault: Fault, error: BaseException) -> None:
    assert diagnose(error) is fault


def test_a_description_holds_no_statement_and_no_value() -> None:
    assert describe(of_postgres(None)) == "words"
    duplicate = DriverError("duplicate key … Key (email)=(bea@people.example) already exists.")
    duplicate.diag = SimpleNamespace(  # type: ignore[attr-defined]  # as psycopg sets it
        message_primary='duplicate key value violates unique constraint "uq_user_email_lower"',
        constraint_name="uq_user_email_lower",
        column_name=None,
        sqlstate="23505",
    )
    told = describe(sa_exc.IntegrityError("INSERT …", {}, duplicate))
    assert told == "duplicate key value violates unique constraint (uq_user_email_lower)"
    half = UnicodeEncodeError("utf-8", "secret \ud800", 7, 8, "surrogates not allowed")
    assert "secret" not in describe(half)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://u:p@ss/w?x@host:5432/db failed", "postgresql://u:***@host:5432/db failed"),
        ("host=db password=hunter2 user=x", "host=db password=*** user=x"),
        ("password = 'hunter 2' host=db", "password = *** host=db"),
        ('{"password": "hunter 2"}', '{"password": ***}'),
        ("AccountKey=aGk=;EndpointSuffix=core", "AccountKey=***;EndpointSuffix=core"),
        ("https://blob/x?sv=1&sig=aGk%3D&se=2", "https://blob/x?sv=1&sig=***&se=2"),
        ("secret_access_key: AKIA", "secret_access_key: ***"),
        ("WEBUI_SECRET_KEY is not set", "WEBUI_SECRET_KEY is not set"),
        ("the token expired", "the token expired"),
        ("disk I/O error", "disk I/O error"),
    ],
)
def test_secrets_are_taken_out(text: str, shown: str) -> None:
    assert redact(text) == shown

"""What DATABASE_URL says: where the database is, without ever saying a part of its password."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy.engine import URL

_AFTER_PASSWORD = re.compile(r"\w[\w+.-]*://[^:/]*(?::[^@]*)?@(.*)", re.DOTALL)
"""What follows the user and the password, as SQLAlchemy divides a URL (``engine/url.py``)."""

UNREADABLE = (
    "DATABASE_URL cannot be understood: the password in it seems to hold an @ as it is. Write "
    "special characters of the user name and the password percent-encoded: @ is %40, / is %2F, : "
    "is %3A, ? is %3F, # is %23 and % is %25."
)
"""The refusal of a URL that :func:`splits_password` is sure of."""


UNNAMED = "PostgreSQL database that DATABASE_URL names"
"""What a database is called whose URL may show its password in the wrong places."""


def splits_password(text: str) -> bool:
    """Whether a part of the password is taken for the host, because it holds a raw ``@``."""
    rest = _AFTER_PASSWORD.match(text)
    return rest is not None and "@" in re.split(r"[/?]", rest[1], maxsplit=1)[0]


def may_split_password(text: str) -> bool:
    """Whether any part of the password may be taken for the host, the port or the database.

    An ``@`` after the host is rare, but allowed there: such a URL is used, and nothing of it said.
    """
    rest = _AFTER_PASSWORD.match(text)
    return rest is not None and "@" in rest[1]


def sqlite_path(url: URL) -> Path | None:
    """The file behind a SQLite URL, None for a database in memory."""
    name = url.database or ""
    if name.startswith("file:"):
        name = unquote(name.removeprefix("file:").split("?", 1)[0])
        if name.startswith("//"):  # file://authority/path; SQLite allows no other than localhost
            name = "/" + name[2:].partition("/")[2]
    if not name or name == ":memory:" or url.query.get("mode") == "memory":
        return None
    return Path(name)


def database_name(url: URL) -> str:
    """Where the database is, for an operator: never with user name, password or options."""
    if url.get_backend_name() == "sqlite":
        path = sqlite_path(url)
        return f"SQLite database {path}" if path else "SQLite database in memory"
    if may_split_password(url.render_as_string(hide_password=False)):
        return UNNAMED
    host = url.host or url.query.get("host") or "localhost"
    port = f":{url.port}" if url.port else ""
    return f"PostgreSQL database {url.database!r} on {host}{port}"

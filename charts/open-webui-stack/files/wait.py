"""Wait until Open WebUI's database answers and has the schema that this image expects.

Writes nothing. It asks Open WebUI's own settings where the database is, so that every way of
naming one works. Exit status 0: ready. 10: it never will be. 30: not within WAIT_SECONDS.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import re
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

POLL_SECONDS = 2.0
CANNOT_START = 10
TRY_AGAIN = 30
SPLIT = (
    "DATABASE_URL cannot be understood: the password in it seems to hold an @ as it is. Write "
    "special characters of the password percent-encoded: @ is %40, / is %2F, : is %3A, ? is %3F."
)


@dataclass(frozen=True)
class Answer:
    """What the database said: ready, not yet, or never."""

    text: str
    ready: bool = False
    hopeless: bool = False


def main() -> int:
    """Look until it is ready, saying only what has changed."""
    if importlib.util.find_spec("open_webui") is None:
        sys.path.insert(0, str(Path.cwd()))  # the image runs it from its working directory
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            from open_webui.env import DATABASE_SCHEMA
            from open_webui.internal.db import engine
        heads, known = revisions()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - Open WebUI's own code
        if splits_password():
            say(SPLIT)
            return CANNOT_START
        say(f"Open WebUI cannot be loaded: {type(error).__name__}: {first_line(error)}")
        return CANNOT_START
    if splits_password():
        say(SPLIT)
        return CANNOT_START
    end = time.monotonic() + float(os.environ.get("WAIT_SECONDS", "600"))
    last = ""
    while True:
        answer = look(engine, DATABASE_SCHEMA, heads, known)
        if answer.text != last:
            say(answer.text)
            last = answer.text
        if answer.ready:
            return 0
        if answer.hopeless:
            return CANNOT_START
        if time.monotonic() >= end:
            say(f"Gave up waiting for the database: {answer.text}")
            return TRY_AGAIN
        time.sleep(min(POLL_SECONDS, max(end - time.monotonic(), 0.05)))


def revisions():
    """The newest schema revision of this image, and all that it knows."""
    from alembic.script import ScriptDirectory

    package = Path(importlib.util.find_spec("open_webui").submodule_search_locations[0])
    script = ScriptDirectory(str(package / "migrations"))
    return set(script.get_heads()), {one.revision for one in script.walk_revisions()}


def look(engine, schema, heads, known) -> Answer:
    """Ask once."""
    import sqlalchemy as sa

    where = f"database {engine.url.database} on {engine.url.host}"
    if "@" in behind_password():
        where = "database that DATABASE_URL names"
    try:
        if engine.dialect.name == "sqlite":
            where = f"SQLite database {engine.url.database}"
            if not Path(engine.url.database).is_file():
                return Answer(
                    f"The {where} does not exist yet; the server makes it when it starts."
                )
            engine = read_only(engine.url.database)
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("alembic_version", schema=schema):
                return Answer(f"The {where} has no tables of Open WebUI yet.")
            table = sa.table("alembic_version", sa.column("version_num"), schema=schema)
            found = {row.version_num for row in connection.execute(sa.select(table))}
    except sa.exc.SQLAlchemyError as error:
        return Answer(f"The {where} cannot be reached: {first_line(error)}")
    if found == heads:
        return Answer(f"The {where} is ready.", ready=True)
    if found - known:
        return Answer(
            f"The {where} was migrated by a newer Open WebUI than this image (it is at "
            f"{', '.join(sorted(found))}). Use the server's image for the migration.",
            hopeless=True,
        )
    return Answer(
        f"The {where} is at {', '.join(sorted(found)) or 'no revision'}, and this image expects "
        f"{', '.join(sorted(heads))}. Waiting for the server to bring it there."
    )


def read_only(path):
    """An engine for a SQLite file that cannot create or change it."""
    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool

    address = quote(str(Path(path).absolute()))
    return sa.create_engine(f"sqlite:///file:{address}?mode=ro&uri=true", poolclass=NullPool)


def behind_password() -> str:
    """What SQLAlchemy takes for host, port, database and options.

    An @ in the password makes it take the rest of the password for them.
    """
    url = str(getattr(sys.modules.get("open_webui.env"), "DATABASE_URL", ""))
    rest = re.match(r"\w[\w+.-]*://[^:/]*(?::[^@]*)?@(.*)", url, re.DOTALL)
    return rest[1] if rest else ""


def splits_password() -> bool:
    """Whether a part of the password is taken for the host: no host has an @ in its name."""
    return "@" in re.split(r"[/?]", behind_password(), maxsplit=1)[0]


def first_line(error) -> str:
    """The driver's own words, which name the host but never a password."""
    if "@" in behind_password():
        return f"{type(error).__name__} (in DATABASE_URL, an @ of the password is written %40)"
    text = str(getattr(error, "orig", None) or error).strip()
    return text.split("\n", 1)[0][:300]


def say(text: str) -> None:
    """One line of the log, at once."""
    print(text, flush=True)


if __name__ == "__main__":
    # The first process of a container gets no SIGTERM that it does not ask for; at once, because
    # a SystemExit would look as if Open WebUI could not be loaded.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
    sys.exit(main())

"""The Open WebUI that receives the migration: its database, its accounts, its file storage."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import sqlalchemy as sa
import sqlalchemy.exc as sa_exc
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.engines import (
    database_name,
    own_engine,
    read_only_engine,
    sqlite_path,
)
from migrator_core.openwebui.faults import describe
from migrator_core.openwebui.importing import import_open_webui
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.storage import FileStore

V = TypeVar("V")

_ANSWER_WITHIN = 30.0
"""Seconds until a database that does not answer at all counts as unreachable."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEFAULT_GROUP = "ui.default_group_id"
_AT_ONCE = 500
"""Values in one IN list; every database takes so many parameters."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that Open WebUI has. ``email`` is in lower case."""

    id: str
    email: str
    role: str


class OpenWebUI:
    """A connection to one Open WebUI. An async context manager; closing leaves its server alone."""

    def __init__(
        self,
        engine: AsyncEngine,
        schema: Schema,
        *,
        version: str,
        data_dir: Path,
        files: FileStore,
        read_only: bool = False,
    ) -> None:
        """Wrap an engine. Callers use :meth:`connect`; tests bring engines of their own."""
        self.schema = schema
        self.version = version
        self.data_dir = data_dir
        self.files = files
        self.url = engine.url
        self.engine = read_only_engine(engine) if read_only else engine
        self.dialect: Literal["sqlite", "postgresql"] = (
            "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        )
        self._engines = [engine]
        if read_only and self.dialect == "sqlite":  # on PostgreSQL both share a pool
            self._engines.append(self.engine)

    @classmethod
    async def connect(cls, *, read_only: bool) -> OpenWebUI:
        """Connect to the Open WebUI whose environment this process has.

        With ``read_only`` nothing can be written, neither rows nor files nor a schema migration.

        Raises:
            CannotStartError: with what is wrong and what to do about it.
        """
        imported = import_open_webui(read_only=read_only)
        schema = Schema.load()
        engine = imported.engine
        if imported.hosted:
            engine = own_engine(engine)
            imported.authorise(engine)
        target = cls(
            engine,
            schema,
            version=imported.version,
            data_dir=imported.data_dir,
            files=FileStore.of_open_webui(read_only=read_only),
            read_only=read_only,
        )
        try:
            await target.check(imported.package)
        except BaseException:
            await target.close()
            raise
        return target

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections that are ours."""
        for engine in self._engines:
            await engine.dispose()

    async def check(self, package: Path | None = None) -> None:
        """Make sure that the database can be migrated into.

        Raises:
            CannotStartError: it cannot be reached, belongs to another version, or has no admin.
        """
        name = database_name(self.url)
        path = sqlite_path(self.url) if self.dialect == "sqlite" else None
        if path is not None and not path.is_file():
            raise CannotStartError(
                f"The {name} does not exist. Check DATA_DIR and DATABASE_URL; if they are right, "
                "start Open WebUI once and sign up the first account."
            )
        heads = await asyncio.to_thread(_image_heads, package) if package else None
        try:
            async with asyncio.timeout(_ANSWER_WITHIN), self.read() as connection:
                await self.schema.check_database(connection)
                await self._check_revision(connection, heads)
        except TimeoutError as error:
            raise CannotStartError(f"The {name} does not answer. Is it running?") from error
        except (sa_exc.SQLAlchemyError, OSError) as error:
            raise CannotStartError(
                f"The {name} cannot be reached: {describe(error)}. Check DATABASE_URL and that "
                "the database is running."
            ) from error
        await self.first_admin()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for reading."""
        async with self.engine.connect() as connection:
            yield connection

    async def accounts(self, emails: Sequence[str]) -> dict[str, Account]:
        """The accounts that have one of these e-mail addresses, whatever the case."""
        user = self.schema.table("user")
        found: dict[str, Account] = {}
        async with self.read() as connection:
            for some in in_portions(askable(email.lower() for email in emails)):
                lowered = sa.func.lower(user.c.email)
                statement = (
                    sa.select(user.c.id, user.c.email, user.c.role)
                    .where(sa.or_(lowered.in_(some), user.c.email.in_(some)))
                    .order_by(user.c.created_at, user.c.id)
                )
                for row in await connection.execute(statement):
                    account = Account(row.id, row.email.lower(), row.role or "")
                    found.setdefault(account.email, account)
        return found

    async def first_admin(self) -> Account:
        """The admin who signed up first.

        Raises:
            CannotStartError: there is none, and the first person to sign up later would not
                become one, because the migrated accounts would be there before.
        """
        user = self.schema.table("user")
        statement = (
            sa.select(user.c.id, user.c.email, user.c.role)
            .where(user.c.role == "admin")
            .order_by(user.c.created_at, user.c.id)
            .limit(1)
        )
        async with self.read() as connection:
            row = (await connection.execute(statement)).first()
        if row is None:
            raise CannotStartError(
                "This Open WebUI has no admin account yet. Open it in a browser and sign up: the "
                "first account becomes the admin. Then run the migration again."
            )
        return Account(row.id, (row.email or "").lower(), row.role)

    async def earliest_account(self) -> int:
        """When the first account was created, in seconds since the epoch."""
        user = self.schema.table("user")
        async with self.read() as connection:
            earliest = (
                await connection.execute(sa.select(sa.func.min(user.c.created_at)))
            ).scalar()
        return int(earliest or 0)

    async def model_ids(self) -> frozenset[str]:
        """The ids of all models that have a row of their own."""
        return frozenset(await self._column(self.schema.table("model").c.id))

    async def prompt_commands(self) -> dict[str, str]:
        """The commands that are taken, each with the id of its prompt."""
        prompt = self.schema.table("prompt")
        async with self.read() as connection:
            rows = await connection.execute(sa.select(prompt.c.command, prompt.c.id))
            return {command: prompt_id for command, prompt_id in rows if command}

    async def folders(self) -> list[tuple[str, str, str]]:
        """The folders at the top level: id, user and name of each."""
        folder = self.schema.table("folder")
        columns = sa.select(folder.c.id, folder.c.user_id, folder.c.name)
        async with self.read() as connection:
            rows = await connection.execute(columns.where(folder.c.parent_id.is_(None)))
            return [(own_id, user or "", name or "") for own_id, user, name in rows]

    async def shared_chats(self) -> dict[str, str]:
        """The ids of all shared chats, each with the id of its chat."""
        shared = self.schema.table("shared_chat")
        async with self.read() as connection:
            rows = await connection.execute(sa.select(shared.c.id, shared.c.chat_id))
            return dict(rows.tuples().all())

    async def default_group(self) -> str | None:
        """The group every new account joins (``ui.default_group_id``), if it exists."""
        config, group = self.schema.table("config"), self.schema.table("group")
        statement = sa.select(config.c.value).where(config.c.key == _DEFAULT_GROUP)
        async with self.read() as connection:
            stored = (await connection.execute(statement)).first()
            wanted = self.schema.setting(_DEFAULT_GROUP, stored.value if stored else None)
            if not isinstance(wanted, str) or not wanted:
                return None
            known = await connection.execute(sa.select(group.c.id).where(group.c.id == wanted))
            return wanted if known.first() else None

    async def _column(self, column: sa.Column[Any]) -> list[str]:
        async with self.read() as connection:
            return [value for (value,) in await connection.execute(sa.select(column)) if value]

    async def _check_revision(self, connection: AsyncConnection, heads: set[str] | None) -> None:
        version = sa.table(
            "alembic_version", sa.column("version_num"), schema=self.schema.metadata.schema
        )
        rows = await connection.execute(sa.select(version.c.version_num))
        found = {str(row.version_num) for row in rows}
        if heads is not None and found != heads:
            raise CannotStartError(
                f"The database was migrated by another version of Open WebUI (it is at "
                f"{', '.join(sorted(found)) or 'no revision'}, Open WebUI {self.version} here "
                f"expects {', '.join(sorted(heads))}). Run this program with the same version of "
                "Open WebUI as the server, and start the server once after an upgrade."
            )


def in_portions(values: Sequence[V], size: int = _AT_ONCE) -> Iterator[Sequence[V]]:
    """The values, so many at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def askable(texts: Iterable[str]) -> list[str]:
    """The texts that drivers take as parameters; no row can have one of the others."""
    return [text for text in texts if "\x00" not in text and not _SURROGATE.search(text)]


def _image_heads(package: Path) -> set[str]:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - comes with Open WebUI, not with us

    return set(ScriptDirectory(str(package / "migrations")).get_heads())

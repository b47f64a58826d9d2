"""The Open WebUI that receives the migration: its database, its tables, its file storage."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.database.database import Database
from migrator_core.openwebui.database.engines import own_engine
from migrator_core.openwebui.database.url import may_split_password, sqlite_path
from migrator_core.openwebui.inventory import Inventory
from migrator_core.openwebui.python_package import import_open_webui
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.storage.file_store import FileStore
from migrator_core.openwebui.storage.storage import Storage

_ANSWER_WITHIN = 30.0
"""Seconds until a database that does not answer at all counts as unreachable."""


class OpenWebUI:
    """A connection to one Open WebUI. An async context manager; closing leaves its server alone.

    It may stay open for as long as somebody wants to ask: its database keeps a connection.
    """

    def __init__(
        self,
        database: Database,
        schema: Schema,
        storage: Storage,
        *,
        version: str,
        data_dir: Path,
    ) -> None:
        """Put the parts together. Callers use :meth:`connect`; tests bring parts of their own."""
        self.database = database
        self.schema = schema
        self.storage = storage
        self.version = version
        self.data_dir = data_dir
        self.inventory = Inventory(database, schema)

    @property
    def uploads(self) -> Path:
        """Where Open WebUI keeps files itself (0.10 to 0.12, ``config.py``: ``UPLOAD_DIR``)."""
        return self.data_dir / "uploads"

    @classmethod
    async def connect(cls, *, read_only: bool, fetches: bool = False) -> OpenWebUI:
        """Connect to the Open WebUI whose environment this process has.

        With ``read_only`` nothing can be written, neither rows nor files nor a schema migration;
        ``fetches`` says that stored files will be read back all the same.

        Raises:
            CannotStartError: with what is wrong and what to do about it.
        """
        imported = import_open_webui(read_only=read_only)
        schema = Schema.load()
        engine = imported.engine
        if imported.hosted:
            engine = own_engine(engine)
            imported.authorise(engine)
        discreet = may_split_password(imported.database_url)
        target = cls(
            Database(engine, read_only=read_only, discreet=discreet),
            schema,
            Storage(FileStore.of_open_webui(read_only=read_only, fetches=fetches)),
            version=imported.version,
            data_dir=imported.data_dir,
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

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """The kind of database behind it."""
        return self.database.dialect

    async def close(self) -> None:
        """Close the connections that are ours."""
        await self.database.close()

    async def check(self, package: Path | None = None) -> None:
        """Make sure that the database can be migrated into.

        Raises:
            CannotStartError: it cannot be reached, belongs to another version, or has no admin.
        """
        name = self.database.name
        path = sqlite_path(self.database.url) if self.database.dialect == "sqlite" else None
        if path is not None and not path.is_file():
            raise CannotStartError(
                f"The {name} does not exist. Check DATA_DIR and DATABASE_URL; if they are right, "
                "start Open WebUI once and sign up the first account."
            )
        heads = await asyncio.to_thread(_image_heads, package) if package else None

        async def look(connection: AsyncConnection) -> None:
            await self.schema.check_database(connection)
            await self._check_revision(connection, heads)

        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                await self.database.read(look)
        except TimeoutError as error:
            raise CannotStartError(f"The {name} does not answer. Is it running?") from error
        await self.inventory.first_admin()

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


def _image_heads(package: Path) -> set[str]:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - comes with Open WebUI, not with us

    return set(ScriptDirectory(str(package / "migrations")).get_heads())

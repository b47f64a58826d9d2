"""The lock in PostgreSQL: an advisory lock, which ends with the session that took it."""

from __future__ import annotations

import contextlib
import hashlib

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.database.database import Database
from migrator_core.openwebui.database.faults import TROUBLE, describe

_SIGNS_OF_LIFE = {
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
}
"""The server asks after so many seconds whether the holder's machine is still there: a lock whose
holder has lost its network or its power is free within a minute."""


class LockSession:
    """Holds the lock by a connection of its own."""

    def __init__(self, database: Database, schema: str | None) -> None:
        """PostgreSQL keeps advisory locks per database; ``schema`` tells its tenants apart."""
        self._database = database
        name = f"librechat-migration:{schema or ''}"
        digest = hashlib.sha256(name.encode()).digest()[:8]
        self._key = int.from_bytes(digest, "big", signed=True)
        self._session: AsyncConnection | None = None

    async def take(self) -> bool:
        """Take the lock; False where another session has it."""
        return await self._database.patiently(self._take)

    async def loss(self) -> str | None:
        """How the lock got lost, None while it is held."""
        if self._session is None:
            return None
        try:
            await self._session.execute(sa.text("SELECT 1"))
        except TROUBLE as error:
            return f"its connection to the database broke ({describe(error)})"
        return None

    async def is_held(self) -> bool:
        """Whether any session holds it."""
        held = sa.text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND CAST(classid AS bigint) = :high AND CAST(objid AS bigint) = :low"
            " AND objsubid = 1"
        ).bindparams(high=(self._key >> 32) & 0xFFFFFFFF, low=self._key & 0xFFFFFFFF)

        async def ask(connection: AsyncConnection) -> bool:
            return bool((await connection.execute(held)).scalar())

        return await self._database.read(ask)

    async def release(self) -> None:
        """Give the lock back. Does nothing where it is not held."""
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(*TROUBLE):
                await session.execute(sa.select(sa.func.pg_advisory_unlock(self._key)))
            with contextlib.suppress(*TROUBLE):
                await session.close()

    async def _take(self) -> bool:
        session = await self._database.engine.connect()
        taken = False
        try:
            # Outside any transaction, or the session would count as idle in one and be cut off.
            await session.execution_options(isolation_level="AUTOCOMMIT")
            for name, value in _SIGNS_OF_LIFE.items():
                await session.execute(sa.select(sa.func.set_config(name, value, sa.false())))
            query = sa.select(sa.func.pg_try_advisory_lock(self._key))
            taken = bool((await session.execute(query)).scalar())
        finally:
            if not taken:
                await session.close()
        if taken:
            self._session = session
        return taken

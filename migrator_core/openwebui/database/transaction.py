"""One transaction that may have to be begun again, and never takes effect twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from migrator_core.errors import AbortedError
from migrator_core.openwebui.database.faults import TROUBLE, Fault, diagnose

T = TypeVar("T")


class UndecidedError(Exception):
    """The server has not decided yet what becomes of a transaction."""

    def __str__(self) -> str:
        return "it has not finished the last transaction"


class Transaction(Generic[T]):
    """A change to commit.

    When the connection breaks after a commit was sent, nobody knows whether it took effect.
    PostgreSQL does, by the transaction's number: it is asked before the change is made again
    (``txid_status``, "Transaction ID and Snapshot Information Functions" in its manual). On SQLite
    a commit that fails has not happened.
    """

    def __init__(
        self, engine: AsyncEngine, change: Callable[[AsyncConnection], Awaitable[T]]
    ) -> None:
        self._engine = engine
        self._change = change
        self._in_doubt: tuple[int, T] | None = None

    async def commit(self) -> T:
        """Make the change, unless an earlier call has made it after all.

        Raises:
            UndecidedError: ask again in a moment.
            AbortedError: nobody knows, not even the server.
        """
        if self._in_doubt is not None:
            doubted, promised = self._in_doubt
            if await self._took_effect(doubted):
                return promised
            self._in_doubt = None
        async with self._engine.connect() as connection:
            result = await self._change(connection)
            number = await self._number(connection)
            try:
                await connection.commit()
            except TROUBLE as error:
                if diagnose(error) is Fault.AWAY and number is not None:
                    self._in_doubt = (number, result)
                raise
        return result

    async def _number(self, connection: AsyncConnection) -> int | None:
        """The number of the open transaction, None where none is needed."""
        if self._engine.dialect.name == "sqlite":
            return None
        return (await connection.execute(sa.text("SELECT txid_current_if_assigned()"))).scalar()

    async def _took_effect(self, number: int) -> bool:
        try:
            async with self._engine.connect() as connection:
                query = sa.text("SELECT txid_status(:number)").bindparams(number=number)
                status = (await connection.execute(query)).scalar()
        except TROUBLE as error:
            if diagnose(error) is not Fault.REJECTED:
                raise
            status = None  # this server, a replica that took over, has never heard of the number
        if status == "in progress":
            raise UndecidedError
        if status is None:
            raise AbortedError(
                "The connection to the database broke while a transaction was being committed, and "
                "the database cannot say what became of it. Either all of it was written or "
                "nothing; the migration is safe to run again."
            )
        return bool(status == "committed")

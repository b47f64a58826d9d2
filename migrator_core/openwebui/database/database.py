"""The one way to Open WebUI's database.

Everything that reads or writes goes through :class:`Database`: it waits for locks and for a
database that is away for a moment, tries again what may be tried again, and ends with a sentence
for an operator. SQLAlchemy's own errors, which quote statements and people's data, stay inside.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from migrator_core.errors import AbortedError, CannotStartError, MigratorError
from migrator_core.openwebui.database.engines import read_only_engine
from migrator_core.openwebui.database.faults import (
    TROUBLE,
    Fault,
    RejectedError,
    describe,
    diagnose,
)
from migrator_core.openwebui.database.transaction import Transaction, UndecidedError
from migrator_core.openwebui.database.url import UNNAMED, database_name
from migrator_core.openwebui.database.waiting import PATIENCE, seconds_to_wait

T = TypeVar("T")
OnConnection: TypeAlias = Callable[[AsyncConnection], Awaitable[T]]

_LONGEST_PAUSE = 5.0
_RESUME = "What was written so far is complete; the migration is safe to run again"


class Database:
    """A database and all that is allowed with it.

    ``begun`` says that a run is under way: trouble aborts it then, and otherwise keeps it from
    starting. Once ``stop`` is set, nothing is waited for longer than a moment.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        *,
        read_only: bool = False,
        patience: float = PATIENCE,
        discreet: bool = False,
    ) -> None:
        """Use an engine.

        Args:
            engine: of Open WebUI, or made like it.
            read_only: nothing can be written.
            patience: seconds to wait.
            discreet: what the driver says may hold a part of the password.
        """
        engine.sync_engine.hide_parameters = True
        self.engine = read_only_engine(engine) if read_only else engine
        self.url = engine.url
        self.dialect: Literal["sqlite", "postgresql"] = (
            "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        )
        self.begun = False
        self.stop: asyncio.Event | None = None
        self._patience = patience
        self._discreet = discreet
        self._engines = [engine]
        if read_only and self.dialect == "sqlite":  # on PostgreSQL both share a pool
            self._engines.append(self.engine)

    @property
    def name(self) -> str:
        """Where it is, for an operator."""
        return UNNAMED if self._discreet else database_name(self.url)

    async def close(self) -> None:
        """Close the connections that are ours."""
        for engine in self._engines:
            with contextlib.suppress(*TROUBLE):
                await engine.dispose()

    async def read(self, ask: OnConnection[T]) -> T:
        """Ask something; ``ask`` is called again where the connection broke.

        Raises:
            CannotStartError: the database cannot be used, and no run has begun.
            AbortedError: the same during a run.
        """

        async def once() -> T:
            async with self.engine.connect() as connection:
                return await ask(connection)

        return await self._demand(once)

    async def rows(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        """All rows of one query. See :meth:`read`."""

        async def ask(connection: AsyncConnection) -> Sequence[sa.Row[Any]]:
            return (await connection.execute(query)).all()

        return await self.read(ask)

    async def write(self, change: OnConnection[T]) -> T:
        """Change something in one transaction.

        ``change`` is called again, in a new transaction, only where the one before has certainly
        left nothing behind.

        Raises:
            CannotStartError: the database cannot be used, and no run has begun.
            AbortedError: the same during a run.
        """
        return await self._demand(Transaction(self.engine, change).commit)

    async def try_write(self, change: OnConnection[T]) -> T:
        """Like :meth:`write`, for rows that may be to blame.

        Raises:
            RejectedError: the database does not take what it was given.
        """
        return await self.patiently(Transaction(self.engine, change).commit)

    async def patiently(self, action: Callable[[], Awaitable[T]]) -> T:
        """Do something that may be done again, as long as it is worth waiting for.

        Raises:
            RejectedError: the database does not take what it was given.
            CannotStartError: the database cannot be used, and no run has begun.
            AbortedError: the same during a run.
        """
        started, pause = time.monotonic(), 0.05
        while True:
            try:
                return await action()
            except (*TROUBLE, UndecidedError) as error:
                cause = error
            fault = Fault.AWAY if isinstance(cause, UndecidedError) else diagnose(cause)
            if fault is Fault.REJECTED:
                raise RejectedError(self._describe(cause)) from cause
            waited = time.monotonic() - started
            if fault is Fault.USELESS or waited >= self._worth_waiting(fault):
                raise self._give_up(fault, cause, waited) from cause
            await self._pause(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _demand(self, action: Callable[[], Awaitable[T]]) -> T:
        """No document is to blame: a refusal, too, is trouble with the database."""
        try:
            return await self.patiently(action)
        except RejectedError as error:
            raise self._unusable(f"it refuses what it is asked ({error})") from error

    def _worth_waiting(self, fault: Fault) -> float:
        ending = self.stop is not None and self.stop.is_set()
        return seconds_to_wait(fault, self._patience, begun=self.begun, ending=ending)

    async def _pause(self, seconds: float) -> None:
        """Wait, or less when the run is told to stop meanwhile."""
        if self.stop is None or self.stop.is_set():
            await asyncio.sleep(seconds)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stop.wait()

    def _describe(self, error: BaseException) -> str:
        if not self._discreet:
            return describe(error)
        return (
            f"{type(error).__name__}; the driver's words are withheld, because DATABASE_URL has an "
            "@ behind its host, which may belong to the password: write it as %40"
        )

    def _give_up(self, fault: Fault, error: BaseException, waited: float) -> MigratorError:
        words = self._describe(error)
        if fault is not Fault.LOCKED:
            return self._unusable(words)
        if not self.begun:
            return CannotStartError(
                f"Another process kept the {self.name} locked for {waited:.0f} seconds "
                f"({words}). Try again at a quieter time."
            )
        return AbortedError(
            f"Another process kept the database locked for {waited:.0f} seconds ({words}). "
            f"{_RESUME}, best at a quieter time."
        )

    def _unusable(self, words: str) -> MigratorError:
        if self.begun:
            return AbortedError(f"The database cannot be used any more: {words}. {_RESUME}.")
        return CannotStartError(
            f"The {self.name} cannot be reached: {words}. Check DATABASE_URL and that the database "
            "is running."
        )

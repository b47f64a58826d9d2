"""One migration at a time, by a lock that vanishes with its holder."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.database.url import sqlite_path
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.run_lock.file import LockFile
from migrator_core.openwebui.run_lock.session import LockSession
from migrator_core.outcome import RunState

_ATTEMPTS, _PAUSE = 5, 0.1
"""Whoever looks whether a file is locked holds it for a moment (in seconds)."""


class _Means(Protocol):
    """How a lock is held in one kind of database."""

    async def take(self) -> bool:
        """Take the lock; False where somebody else has it."""

    async def loss(self) -> str | None:
        """How the lock got lost, None while it is held."""

    async def is_held(self) -> bool:
        """Whether anybody holds it, found out without taking it."""

    async def release(self) -> None:
        """Give it back. Does nothing where it is not held."""


class RunLock:
    """An async context manager that holds the lock.

    PostgreSQL: an advisory lock of a session that is kept open for it. SQLite: ``flock`` on a file
    beside the database, so it holds between all processes that share the file's machine.
    """

    def __init__(self, target: OpenWebUI) -> None:
        """A lock for this Open WebUI, not taken yet."""
        self._target = target
        self._means: _Means
        if target.database.dialect == "postgresql":
            self._means = LockSession(target.database, target.schema.metadata.schema)
        else:
            database = sqlite_path(target.database.url) or target.data_dir / "memory"
            self._means = LockFile(database)

    async def __aenter__(self) -> Self:
        await self.acquire()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.release()

    async def acquire(self) -> None:
        """Take the lock.

        Raises:
            CannotStartError: another run holds it, or it cannot be taken here at all.
        """
        for attempt in range(_ATTEMPTS):
            if attempt:
                await asyncio.sleep(_PAUSE)
            if await self._means.take():
                return
        raise CannotStartError(await self._who_holds_it())

    async def check(self) -> None:
        """Make sure that the lock is still ours.

        Raises:
            AbortedError: it is lost, so another run may have started.
        """
        loss = await self._means.loss()
        if loss is not None:
            raise AbortedError(
                f"The migration has lost the lock that keeps a second one away: {loss}. What was "
                "written so far is complete; the migration is safe to run again."
            )

    async def is_held(self) -> bool:
        """Whether a run goes on. Asking keeps none from beginning.

        Raises:
            CannotStartError: the database cannot be reached.
        """
        return await self._means.is_held()

    async def release(self) -> None:
        """Give the lock back. Does nothing where it is not held."""
        await self._means.release()

    async def _who_holds_it(self) -> str:
        message = "Another migration into this Open WebUI is running"
        for run in await LedgerReader(self._target).runs():
            if run.state == RunState.RUNNING:
                message += (
                    f": run {run.id} by {run.owner}, started {_when(run.started_at)}, last sign "
                    f"of life {_when(run.heartbeat_at)}"
                )
                break
        return (
            f"{message}. Wait until it has finished, or stop it there; the lock comes free as soon "
            "as its process has ended."
        )


def _when(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

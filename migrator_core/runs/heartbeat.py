"""The sign of life of a run, and its ear for what others want of it."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from migrator_core.errors import MigratorError
from migrator_core.openwebui import Ledger, RunLock
from migrator_core.progress import Progress

HEARTBEAT_SECONDS = 1.0
"""Who watches a run from another process sees it move, and a wish to stop is soon heard."""

_LAST_BEAT_WITHIN = 30.0
"""Seconds. A beat that meets a database that is away waits for it; the run need not."""


class Heartbeat:
    """Beats while its body runs, and sets ``stop`` where the run has to end.

    It ends because ``_ended`` is set, never by cancellation alone: a query that ends in the moment
    in which it is cancelled may swallow that (Python 3.11, ``asyncio.wait_for``).
    """

    def __init__(
        self,
        lock: RunLock,
        ledger: Ledger,
        run_id: str,
        progress: Progress,
        stop: asyncio.Event,
        *,
        every: float = HEARTBEAT_SECONDS,
    ) -> None:
        """A pulse for a run that holds the lock; ``every`` is in seconds."""
        self._lock = lock
        self._ledger = ledger
        self._run_id = run_id
        self._progress = progress
        self._stop = stop
        self._every = every
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.lost: MigratorError | None = None
        """Why the run cannot go on: the lock or the database is lost."""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._task is None:
            return
        done, _ = await asyncio.wait({self._task}, timeout=_LAST_BEAT_WITHIN)
        if not done:
            self._task.cancel()

    async def _beat(self) -> None:
        while not await self._ends_within(self._every):
            try:
                await self._lock.check()
                progress = self._progress.to_json()
                if await self._ledger.heartbeat(self._run_id, progress):
                    self._stop.set()
            except MigratorError as error:
                self.lost = error
                self._stop.set()
                return

    async def _ends_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return self._ended.is_set()
        return True

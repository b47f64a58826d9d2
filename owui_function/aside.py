"""Beside the server's event loop: a thread with a loop of its own, for as long as one answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from migrator_core import History, RunRecord
from migrator_core.outcome import RunState

T = TypeVar("T")


class Aside:
    """Carries out what blocks now and then, and keeps one connection to the ledger.

    The thread begins with the first question and ends with :meth:`close`.
    """

    def __init__(self) -> None:
        self._loop: Future[asyncio.AbstractEventLoop] | None = None
        self._thread: threading.Thread | None = None
        self._end = asyncio.Event()
        self._history: History | None = None

    async def do(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Carry out work there and give its result."""
        loop = await self._started()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work(), loop))

    async def runs(self) -> list[RunRecord]:
        """All runs that the ledger knows, the newest first."""
        return await self.do(self._runs)

    async def running_elsewhere(self) -> RunRecord | None:
        """The run that another process carries out now."""
        found = await self.runs()
        return found[0] if found and found[0].state is RunState.RUNNING else None

    async def close(self) -> None:
        """End the thread, and its connection."""
        if self._loop is None:
            return
        loop = await self._started()
        self._loop = None
        loop.call_soon_threadsafe(self._end.set)
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    async def _runs(self) -> list[RunRecord]:
        if self._history is None:
            self._history = await History.open()
        return await self._history.runs()

    async def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = Future()
            self._thread = threading.Thread(
                target=self._work, args=[self._loop], name="librechat-migration-aside", daemon=True
            )
            self._thread.start()
        # Whoever is cancelled while waiting must not take the loop from the others.
        return await asyncio.shield(asyncio.wrap_future(self._loop))

    def _work(self, loop: Future[asyncio.AbstractEventLoop]) -> None:
        asyncio.run(self._serve(loop))

    async def _serve(self, loop: Future[asyncio.AbstractEventLoop]) -> None:
        loop.set_result(asyncio.get_running_loop())
        await self._end.wait()
        if self._history is not None:
            await self._history.close()

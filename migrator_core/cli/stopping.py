"""Ending a run from outside: Ctrl+C, and Kubernetes' SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from migrator_core.cli.exits import ExitStatus
from migrator_core.cli.output import complain
from migrator_core.cli.termination import leave_word

SIGNALS = (signal.SIGINT, signal.SIGTERM)

GRACE_SECONDS = 10.0
"""How long a run may take to end between two batches before it is cancelled wherever it is."""

LAST_SECONDS = 20.0
"""How long the process may live after the first signal. Kubernetes kills after 30 s, and then
nobody would hear why; what was written so far is complete at any moment."""


@asynccontextmanager
async def until_asked(stop: asyncio.Event, ended: threading.Event) -> AsyncIterator[None]:
    """Set ``stop`` at the first signal; should the body not end by that, end it.

    The second signal does what it does to any process. ``ended`` is set by the caller once the
    event loop is closed: a thread that still reads keeps it open.
    """
    loop = asyncio.get_running_loop()
    body = asyncio.current_task()
    timers: list[asyncio.TimerHandle] = []

    def asked() -> None:
        _forget(loop)
        stop.set()
        if body is not None:
            timers.append(loop.call_later(GRACE_SECONDS, body.cancel))
        threading.Thread(target=_end_process, args=(ended,), daemon=True).start()

    for number in SIGNALS:
        with contextlib.suppress(NotImplementedError):  # not on Windows
            loop.add_signal_handler(number, asked)
    try:
        yield
    finally:
        _forget(loop)
        for timer in timers:
            timer.cancel()


def _forget(loop: asyncio.AbstractEventLoop) -> None:
    for number in SIGNALS:
        with contextlib.suppress(NotImplementedError):
            loop.remove_signal_handler(number)


def _end_process(ended: threading.Event) -> None:
    """A thread that waits for a disk or a server cannot be cancelled; the process can be ended."""
    if ended.wait(LAST_SECONDS):
        return
    words = (
        "the run was stopped while it waited for something that does not answer. What was written "
        "so far is complete; it is safe to run again."
    )
    leave_word(words)
    complain(f"librechat-migrate: {words}")
    os._exit(ExitStatus.ABORTED)

"""Processes that convert: begun before anything else, they end with the one that began them.

A process that has threads, connections and a database engine cannot be copied safely, and one that
starts afresh would import everything once more: so they are forked while the program is young.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, prctl(2)


@contextlib.contextmanager
def processes(wanted: int) -> Iterator[Executor | None]:
    """So many processes; None where there are to be none, or where they would outlive this one.

    Must be entered before the caller has any thread. At the end they finish what they have in hand,
    which takes no longer than a few conversations, and get nothing more.
    """
    if wanted < 1 or sys.platform != "linux":
        yield None
        return
    pool = _forked(wanted)
    if pool is None:
        yield None
        return
    try:
        yield pool
    finally:
        # Without waiting, Python 3.11 stumbles over closed pipes when the interpreter ends.
        pool.shutdown(wait=True, cancel_futures=True)


def _forked(wanted: int) -> Executor | None:
    """So many; None where the system has not what they talk through (semaphores in /dev/shm)."""
    try:
        pool = ProcessPoolExecutor(
            wanted,
            mp_context=multiprocessing.get_context("fork"),
            initializer=_begin,
            initargs=(os.getpid(),),
        )
        pool.submit(int)  # with the first task all of them are forked
    except (ImportError, OSError):
        return None
    return pool


def _begin(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that reports
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None, use_errno=True).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # it died in between
        os._exit(1)

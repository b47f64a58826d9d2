"""Processes that tests start: where they listen, and that none of them outlives its test."""

from __future__ import annotations

import ctypes
import signal
import socket
import sys
import time

import httpx

_LIBC = ctypes.CDLL(None)


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, seconds: float) -> bool:
    """Wait until something answers at a URL; False where nothing does."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return True
    return False


def end_with_parent() -> None:
    """For ``preexec_fn``: let Linux interrupt the process when its test process is killed.

    One system call (PR_SET_PDEATHSIG) and no locks, so it is safe between fork and exec.
    """
    if sys.platform == "linux":
        _LIBC.prctl(1, signal.SIGINT)

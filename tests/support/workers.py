"""How many workers a machine has room for."""

from __future__ import annotations

import os
from pathlib import Path

GIB = 1 << 30
WORKER_BYTES = 2 * GIB
"""What one worker may need at once: itself, an Open WebUI of 500 MB, a run, a browser's tabs."""


def fitting() -> int:
    """One worker for each processor, as far as the memory goes."""
    return max(1, min(processors(), memory() // WORKER_BYTES))


def processors() -> int:
    """Processors this process may use, a container's quota counted."""
    given = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota, _, period = _of_the_container("cpu.max").partition(" ")
    if quota.isdecimal() and period.isdecimal():
        return max(1, min(given or 1, int(quota) // int(period)))
    return given or 1


def memory() -> int:
    """Bytes of memory, a container's limit counted."""
    given = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = _of_the_container("memory.max")
    return min(given, int(limit)) if limit.isdecimal() else given


def _of_the_container(limit: str) -> str:
    """A limit of the control group that a container sees as its root; empty outside of one."""
    path = Path("/sys/fs/cgroup", limit)
    return path.read_text().strip() if path.is_file() else ""

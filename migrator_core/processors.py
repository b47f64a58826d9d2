"""How many processors this process may use."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

_MOST = 4
"""With more, the one process that writes is what the others wait for."""

_QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""What a container may use: microseconds of processor time, of so many (cgroup v2)."""


def usable_processors(quota: Path = _QUOTA) -> int:
    """At least one, at most four."""
    if sys.platform != "linux":
        return 1
    return max(1, min(len(os.sched_getaffinity(0)), _allowed(quota), _MOST))


def _allowed(quota: Path) -> int:
    try:
        allowed, period = quota.read_text(encoding="ascii").split()
        return math.ceil(int(allowed) / int(period))
    except (OSError, ValueError, ZeroDivisionError):  # "max", or another kind of system
        return _MOST

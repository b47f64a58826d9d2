"""How long a database is waited for that is locked, or away."""

from __future__ import annotations

from migrator_core.openwebui.database.faults import Fault

PATIENCE = 60.0
"""Seconds to wait for a lock that another process holds, or for a database that is away."""
_BEFORE_A_RUN = 5.0
"""Seconds to wait for one that is away before a run has begun: somebody waits for the answer."""
_AT_THE_END = 2.0
"""Seconds to wait once a run is to stop: it still has to note how it ended."""


def seconds_to_wait(fault: Fault, patience: float, *, begun: bool, ending: bool) -> float:
    """How many seconds in all are to be waited, as things stand."""
    if ending:
        return min(patience, _AT_THE_END)
    if fault is Fault.AWAY and not begun:
        return min(patience, _BEFORE_A_RUN)
    return patience

"""What earlier runs have left."""

from __future__ import annotations

from migrator_core.openwebui import RunState
from migrator_core.runs.readiness.findings import Findings

_UNFINISHED = frozenset({RunState.ABORTED, RunState.INTERRUPTED})


async def look_at_earlier_runs(found: Findings) -> None:
    """Whether the last run came to its end."""
    last = found.last_run
    if last is None:
        return
    if last.state is RunState.RUNNING:
        found.problems.append(
            f"Run {last.id} goes on now ({last.owner}). Wait until it has ended, or stop it."
        )
    elif last.undoes is not None and last.state in _UNFINISHED:
        found.facts.append(
            f"The undo of run {last.undoes} was {last.state} before its end. Undo it again to "
            "finish that first."
        )
    elif last.state in _UNFINISHED:
        found.facts.append(
            f"Run {last.id} was {last.state} before its end. The next run continues it."
        )

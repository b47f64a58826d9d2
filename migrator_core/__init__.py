"""Moves a whole LibreChat instance into Open WebUI.

What a door may call is here, and is loaded when it is first asked for: listing models in a server
must not wait for what a migration needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator_core.openwebui.ledger.records import RunRecord
    from migrator_core.runs.past import past_report, past_runs, run_info
    from migrator_core.runs.phases import PHASES
    from migrator_core.runs.run import Result, migrate
    from migrator_core.runs.verify import verify

__version__ = "0.1.0"

__all__ = [
    "PHASES",
    "Result",
    "RunRecord",
    "__version__",
    "migrate",
    "past_report",
    "past_runs",
    "run_info",
    "verify",
]

_HOMES = {
    "PHASES": "runs.phases",
    "Result": "runs.run",
    "RunRecord": "openwebui.ledger.records",
    "migrate": "runs.run",
    "past_report": "runs.past",
    "past_runs": "runs.past",
    "run_info": "runs.past",
    "verify": "runs.verify",
}


def __getattr__(name: str) -> object:
    """Load what is asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)

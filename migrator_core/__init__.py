"""Moves a whole LibreChat instance into Open WebUI.

What a door may call is here, and is loaded when it is first asked for: listing models in a server
must not wait for what a migration needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrator_core.openwebui.function_host import (
        Attachment,
        data_dir,
        is_active,
        settle_model,
        store_files,
    )
    from migrator_core.openwebui.ledger.records import RunRecord
    from migrator_core.runs.converting.processes import processes
    from migrator_core.runs.ending import Result
    from migrator_core.runs.past import History, past_report, past_runs, request_stop, run_info
    from migrator_core.runs.phases import PHASES
    from migrator_core.runs.readiness.check import check
    from migrator_core.runs.readiness.findings import Door, Findings
    from migrator_core.runs.run import migrate
    from migrator_core.runs.undo import undo
    from migrator_core.runs.verify import verify

__version__ = "0.1.0"

__all__ = [
    "PHASES",
    "Attachment",
    "Door",
    "Findings",
    "History",
    "Result",
    "RunRecord",
    "__version__",
    "check",
    "data_dir",
    "is_active",
    "migrate",
    "past_report",
    "past_runs",
    "processes",
    "request_stop",
    "run_info",
    "settle_model",
    "store_files",
    "undo",
    "verify",
]

_HOMES = {
    name: home
    for home, names in {
        "openwebui.function_host": (
            "Attachment", "data_dir", "is_active", "settle_model", "store_files",
        ),
        "openwebui.ledger.records": ("RunRecord",),
        "runs.past": ("History", "past_report", "past_runs", "request_stop", "run_info"),
        "runs.phases": ("PHASES",),
        "runs.readiness.check": ("check",),
        "runs.readiness.findings": ("Door", "Findings"),
        "runs.converting.processes": ("processes",),
        "runs.ending": ("Result",),
        "runs.run": ("migrate",),
        "runs.undo": ("undo",),
        "runs.verify": ("verify",),
    }.items()
    for name in names
}  # fmt: skip


def __getattr__(name: str) -> object:
    """Load what is asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)

"""Everything that knows Open WebUI: the only package that imports it, and only when connecting."""

from __future__ import annotations

from migrator_core.target.conflicts import Written
from migrator_core.target.ledger import Ledger
from migrator_core.target.ledger_entries import EntryState, LedgerItem, RunRecord, RunState
from migrator_core.target.lock import RunLock
from migrator_core.target.openwebui import Account, OpenWebUI
from migrator_core.target.preview import PreviewWriter
from migrator_core.target.writer import LiveWriter, Writer

__all__ = [
    "Account",
    "EntryState",
    "Ledger",
    "LedgerItem",
    "LiveWriter",
    "OpenWebUI",
    "PreviewWriter",
    "RunLock",
    "RunRecord",
    "RunState",
    "Writer",
    "Written",
]

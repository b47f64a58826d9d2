"""Everything that knows Open WebUI: the only package that imports it, and only when connecting."""

from __future__ import annotations

from migrator_core.openwebui.catching_up.leftovers import Brought, Leftovers
from migrator_core.openwebui.catching_up.proofs import Proofs
from migrator_core.openwebui.connected_models import ConnectedModels
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.database.faults import RejectedError
from migrator_core.openwebui.inventory import Account, ModelOwner
from migrator_core.openwebui.ledger.ledger import Ledger
from migrator_core.openwebui.ledger.records import UNDOES, EntryState, LedgerItem, RunRecord
from migrator_core.openwebui.run_lock.lock import RunLock
from migrator_core.openwebui.strangers import Strangers
from migrator_core.openwebui.undoing.memory import UndoMemory
from migrator_core.openwebui.undoing.plan import Plan
from migrator_core.openwebui.undoing.planning import Planning
from migrator_core.openwebui.undoing.removing import Removing
from migrator_core.openwebui.verifying.before import before_us
from migrator_core.openwebui.verifying.memory import Memory
from migrator_core.openwebui.verifying.writer import VerifyingWriter
from migrator_core.openwebui.writing.conflicts import Written
from migrator_core.openwebui.writing.encoder import Encoder
from migrator_core.openwebui.writing.preview import PreviewWriter
from migrator_core.openwebui.writing.writer import LiveWriter, Writer
from migrator_core.outcome import RunState

__all__ = [
    "UNDOES",
    "Account",
    "Brought",
    "ConnectedModels",
    "Encoder",
    "EntryState",
    "Ledger",
    "LedgerItem",
    "Leftovers",
    "LiveWriter",
    "Memory",
    "ModelOwner",
    "OpenWebUI",
    "Plan",
    "Planning",
    "PreviewWriter",
    "Proofs",
    "RejectedError",
    "Removing",
    "RunLock",
    "RunRecord",
    "RunState",
    "Strangers",
    "UndoMemory",
    "VerifyingWriter",
    "Writer",
    "Written",
    "before_us",
]

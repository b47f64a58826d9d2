"""What a run and its items look like in the ledger, written and read."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from migrator_core.outcome import Notice, Outcome, RunState, State
from migrator_core.tally import Counts

_LONGEST_TEXT = 1000
_JSON = frozenset({"replaced", "written"})

ROWS = "rows"
"""In ``replaced``: how changed rows become again what they were before."""
BYTES = "bytes"
"""In ``replaced``: the ``file.path`` of bytes that an undo is to take back."""

UNDOES = "undo"
"""Among the settings of a run that takes another one back: that one's id."""

LedgerValues = dict[str, str | int | None]
"""One row of ``librechat_migration_item``, every column but the number and the run."""


class EntryState(StrEnum):
    """What an entry says, beyond the four states of a document.

    ``brought`` is a row that came along with the row of a document (a tag with a chat);
    ``updated`` is one that an earlier run had made and that was brought up to date; of what is
    ``indexed``, Open WebUI has made vectors, and ``proof`` is the digest of the text and
    ``detail`` when that was (seconds).
    """

    MIGRATED = State.MIGRATED.value
    EXISTING = State.EXISTING.value
    SKIPPED = State.SKIPPED.value
    FAILED = State.FAILED.value
    BROUGHT = "brought"
    UPDATED = "updated"
    WARNING = "warning"
    REPLACED = "replaced"
    INDEXED = "indexed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. Times are seconds since the epoch; ``counts`` is the report's ``collections``.

    ``progress`` is :meth:`migrator_core.progress.Progress.to_json`, as of the last heartbeat.
    """

    id: str
    state: RunState
    started_at: int
    finished_at: int | None
    heartbeat_at: int
    owner: str
    settings: Mapping[str, Any]
    backup_path: str
    backup_kind: str
    backup_fingerprint: str
    tool_version: str
    open_webui_version: str
    counts: Counts
    warnings: Mapping[str, int]
    progress: Mapping[str, Any]
    stop_requested_at: int | None

    @property
    def undoes(self) -> str | None:
        """The run that this one takes back; None for a migration."""
        undone = self.settings.get(UNDOES)
        return undone if isinstance(undone, str) else None


@dataclass(frozen=True, slots=True)
class LedgerItem:
    """One entry: a document and its fate, a warning, or something we replaced.

    ``state`` is an :class:`EntryState`. For a warning, ``reason`` is its code. ``replaced`` holds
    what an undo must put back.
    """

    number: int
    run_id: str
    collection: str
    source_id: str
    target_kind: str | None
    target_id: str | None
    state: str
    reason: str | None
    detail: str | None
    fingerprint: str | None
    replaced: Mapping[str, Any] | None
    size: int


def entry_of_outcome(outcome: Outcome) -> LedgerValues:
    """The entry for a document that has no row of its own."""
    return entry(
        outcome.collection,
        outcome.source_id,
        outcome.state.value,
        target_id=outcome.target_id,
        reason=outcome.reason.value if outcome.reason else None,
        detail=outcome.detail,
        size=outcome.size,
    )


def entry_of_notice(notice: Notice) -> LedgerValues:
    """The entry for a warning."""
    return entry("", "", EntryState.WARNING.value, reason=notice.code.value, detail=notice.detail)


def entry_of_replaced(
    collection: str, source_id: str, kind: str, target_id: str, replaced: Mapping[str, Any]
) -> LedgerValues:
    """The entry for something that was there and was replaced, with what an undo puts back."""
    return entry(
        collection,
        source_id,
        EntryState.REPLACED.value,
        target_kind=kind,
        target_id=target_id,
        replaced=dump_json(replaced),
    )


def entry(collection: str, source_id: str, state: str, **more: str | int | None) -> LedgerValues:
    """One entry, with every text made storable."""
    values: LedgerValues = {
        "collection": collection,
        "source_id": source_id,
        "target_kind": None,
        "target_id": None,
        "state": state,
        "reason": None,
        "detail": None,
        "fingerprint": None,
        "replaced": None,
        "size": 0,
        "written": None,
        "proof": None,
        **more,
    }
    return {
        name: storable(value) if isinstance(value, str) and name not in _JSON else value
        for name, value in values.items()
    }


def owner() -> str:
    """Who runs: host name and process id."""
    return storable(f"{socket.gethostname()}:{os.getpid()}")


def storable(text: str) -> str:
    """The text as any database takes it; a backup may hold anything."""
    clean = text.encode("utf-8", "replace").decode().replace("\x00", "")
    return clean if len(clean) <= _LONGEST_TEXT else clean[: _LONGEST_TEXT - 1] + "…"


def dump_json(value: Mapping[str, Any]) -> str:
    """JSON as the ledger keeps it: plain ASCII text."""
    return json.dumps(value, ensure_ascii=True, default=str)


def _load(text: str | None) -> dict[str, Any]:
    return json.loads(text) if text else {}


def record_of_row(row: sa.Row[Any]) -> RunRecord:
    """A run as it was read."""
    values = dict(row._mapping)  # noqa: SLF001 - the public name of a row's dictionary
    for name in ("settings", "counts", "warnings", "progress"):
        values[name] = _load(values.get(name))
    values["state"] = RunState(values["state"])
    values.setdefault("stop_requested_at", None)  # a ledger of an older version
    return RunRecord(**values)


def item_of_row(row: sa.Row[Any]) -> LedgerItem:
    """An item as it was read."""
    values = dict(row._mapping)  # noqa: SLF001 - the public name of a row's dictionary
    number = values.pop("id")
    replaced = values.pop("replaced", None)
    return LedgerItem(number=number, replaced=_load(replaced) if replaced else None, **values)

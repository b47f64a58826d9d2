"""What a report says, whatever it is written as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from migrator_core.models_in_use import ModelsInUse
from migrator_core.outcome import Mode, Notice, Outcome, RunState
from migrator_core.tally import CollectionEntry, Counts
from migrator_core.undoing import KeptThing, UndoCounts
from migrator_core.verification import Finding, VerificationCounts

FIRST = (
    "users",
    "conversations",
    "messages",
    "files",
    "promptgroups",
    "prompts",
    "agents",
    "groups",
    "conversationtags",
)
"""The collections that people look for, in the order in which they ask."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """The run itself. ``started_at`` and ``finished_at`` are seconds since the epoch."""

    id: str
    mode: Mode
    started_at: int
    finished_at: int
    tool_version: str
    open_webui_version: str
    state: RunState

    def to_json(self) -> dict[str, Any]:
        """The ``run`` object of ``report.json``."""
        return {
            "id": self.id,
            "mode": self.mode,
            "started_at": isoformat(self.started_at),
            "finished_at": isoformat(self.finished_at),
            "tool_version": self.tool_version,
            "open_webui_version": self.open_webui_version,
            "state": self.state,
        }


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """The backup a run read."""

    path: str
    kind: str
    fingerprint: str

    def to_json(self) -> dict[str, str]:
        """The ``backup`` object of ``report.json``."""
        return {"path": self.path, "kind": self.kind, "fingerprint": self.fingerprint}


@dataclass(frozen=True, slots=True)
class Verification:
    """What a comparison with the backup found; ``findings`` can be read again and again."""

    counts: VerificationCounts
    findings: Callable[[], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Undoing:
    """What an undo did and what it kept; ``kept`` can be read again and again."""

    counts: UndoCounts
    kept: Callable[[], Iterable[KeptThing]]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report shows.

    ``collections`` has the shape of ``report.json``; ``items`` and ``warnings`` can be read again
    and again and never need to fit into memory; ``told`` are the items with a reason, where those
    can be had without the others. ``verification`` is there where what was migrated
    was read back, ``undoing`` where a run was taken back, ``models`` where the run has come so far.
    """

    run: RunInfo
    backup: BackupInfo
    collections: Counts
    items: Callable[[], Iterable[Outcome]]
    warnings: Callable[[], Iterable[Notice]]
    verification: Verification | None = None
    undoing: Undoing | None = None
    told: Callable[[], Iterable[Outcome]] | None = None
    models: ModelsInUse | None = None

    @property
    def title(self) -> str:
        """The heading for people."""
        if self.undoing is not None:
            did = "Preview of the undo" if self.undoing.counts.preview else "Undo"
            return f"{did} of a migration from LibreChat to Open WebUI"
        did = {Mode.DRY_RUN: "Preview", Mode.VERIFY: "Verification"}.get(self.run.mode, "Migration")
        return f"{did} from LibreChat to Open WebUI"

    @property
    def is_bad(self) -> bool:
        """Whether somebody has to do something."""
        differs = self.verification is not None and not self.verification.counts.is_clean
        failed = self.totals()["failed"] or (self.undoing and self.undoing.counts.failed)
        return bool(failed or self.run.state != RunState.FINISHED or differs)

    def ordered(self) -> list[tuple[str, CollectionEntry]]:
        """The collections as people want to see them: what matters most comes first."""
        last = len(FIRST)
        return sorted(
            self.collections.items(),
            key=lambda entry: (FIRST.index(entry[0]) if entry[0] in FIRST else last, entry[0]),
        )

    def totals(self) -> dict[str, int]:
        """Documents over all collections: found, migrated, existing, skipped, failed."""
        totals = dict.fromkeys(("found", "migrated", "existing", "skipped", "failed"), 0)
        for entry in self.collections.values():
            totals["found"] += entry["found"]
            totals["migrated"] += entry["migrated"]
            totals["existing"] += entry["existing"]
            totals["skipped"] += sum(entry["skipped"].values())
            totals["failed"] += sum(entry["failed"].values())
        return totals

    def progress(self) -> tuple[int, int | None]:
        """How many documents are done, and how many are known not to be.

        None of a run that was killed, which could not count them.
        """
        totals = self.totals()
        done = sum(totals[state] for state in ("migrated", "existing", "skipped", "failed"))
        entries = self.collections.values()
        if not any("not_done" in entry for entry in entries):
            return done, None
        return done, sum(entry.get("not_done") or 0 for entry in entries)

    def reasons(self, kind: Literal["skipped", "failed"]) -> Iterator[tuple[str, str, int]]:
        """``(collection, reason, count)`` for ``skipped`` or ``failed``."""
        for name, entry in self.ordered():
            for reason, count in entry[kind].items():
                yield name, reason, count


def isoformat(seconds: int) -> str:
    """Seconds since the epoch as ISO 8601 in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")

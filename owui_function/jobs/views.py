"""How far a preview or a run is, as somebody sees it: the same whoever carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from migrator_core import PHASES


class PhaseState(StrEnum):
    """Where a phase is."""

    DONE = "done"
    NOW = "now"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class PhaseView:
    """One phase. ``total`` is None where nobody knows it beforehand."""

    label: str
    state: PhaseState
    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One moment. ``rate`` is in documents a second, ``elapsed`` and ``remaining`` in seconds."""

    preview: bool
    phases: tuple[PhaseView, ...]
    number: int
    elapsed: float = 0.0
    rate: float = 0.0
    remaining: float | None = None
    warnings: int = 0
    stopping: bool = False
    verifies: bool = False
    undoes: bool = False

    @property
    def line(self) -> str:
        """The moment in plain words."""
        now = self._now
        if now is None or not now.done:
            return self.step
        of_total = f" of {now.total:,}" if now.total else ""
        return self._said(f", {now.done:,}{of_total}")

    @property
    def step(self) -> str:
        """The same without what changes all the time."""
        return self._said("")

    def _said(self, counted: str) -> str:
        doing = "Previewing" if self.preview else "Migrating"
        if self.verifies:
            doing = "Comparing"
        if self.undoes:
            doing = "Looking what can be undone" if self.preview else "Undoing"
        if self.stopping:
            doing = "Stopping after this batch"
        if self._now is None:
            return doing if self.undoes else f"{doing}: getting ready"
        label = self._now.label.lower()
        return f"{doing}: {label}{counted} (step {self.number} of {len(self.phases)})"

    @property
    def _now(self) -> PhaseView | None:
        return next((phase for phase in self.phases if phase.state is PhaseState.NOW), None)


def view_of(
    progress: Mapping[str, Any],
    *,
    preview: bool,
    stopping: bool = False,
    verifies: bool = False,
    undoes: bool = False,
) -> View:
    """The view of :meth:`migrator_core.progress.Progress.to_json`, or of what the ledger keeps."""
    history = {str(name): int(done) for name, done in progress.get("history") or ()}
    current = str(progress.get("phase") or "")
    phases = []
    for phase in () if undoes else PHASES:
        name, label = phase.name, phase.label
        if name == current:
            done, total = int(progress.get("done") or 0), progress.get("total")
            phases.append(PhaseView(label, PhaseState.NOW, done, total))
        elif name in history:
            phases.append(PhaseView(label, PhaseState.DONE, history[name], history[name]))
        else:
            phases.append(PhaseView(label, PhaseState.WAITING))
    return View(
        preview=preview,
        phases=tuple(phases),
        number=int(progress.get("phase_number") or 0),
        elapsed=float(progress.get("elapsed") or 0),
        rate=float(progress.get("rate") or 0),
        remaining=progress.get("remaining"),
        warnings=int(progress.get("warnings") or 0),
        stopping=stopping,
        verifies=verifies,
        undoes=undoes,
    )

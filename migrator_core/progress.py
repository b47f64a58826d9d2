"""How far a run is: counters and one stream of events.

The terminal, a Job's log and the Function all watch the same :class:`Progress`; none of them is
known here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from migrator_core.outcome import Notice


class EventKind(StrEnum):
    """What an event is about."""

    PHASE = "phase"
    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Event:
    """Something worth a line: ``code`` is a phase's name or a warning's code."""

    kind: EventKind
    text: str
    code: str = ""


Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state at one moment. ``rate`` is in documents a second, ``remaining`` in seconds."""

    phase: str
    phase_number: int
    phase_count: int
    done: int
    total: int | None
    elapsed: float
    rate: float
    remaining: float | None
    warnings: int


@dataclass(slots=True)
class Progress:
    """Counters of the phase that runs now, and what earlier phases came to.

    ``clock`` gives seconds, of which only differences count.
    """

    phase_count: int = 0
    clock: Callable[[], float] = time.monotonic
    listeners: list[Listener] = field(default_factory=list)
    phase: str = "starting"
    phase_number: int = 0
    done: int = 0
    total: int | None = None
    warnings: int = 0
    history: list[tuple[str, int]] = field(default_factory=list)
    _run_began: float | None = None
    _phase_began: float = 0.0

    def emit(self, kind: EventKind, text: str, code: str = "") -> None:
        """Tell every listener."""
        event = Event(kind, text, code)
        for listener in self.listeners:
            listener(event)

    def start(self, phase: str, total: int | None = None) -> None:
        """Begin a phase of ``total`` documents, None where nobody knows."""
        now = self.clock()
        if self._run_began is None:
            self._run_began = now
        if self.phase_number:
            self.history.append((self.phase, self.done))
        self._phase_began = now
        self.phase, self.done, self.total = phase, 0, total
        self.phase_number += 1
        self.emit(EventKind.PHASE, phase, phase)

    def expect(self, total: int | None) -> None:
        """Say how many documents the phase that has begun is about, where that is known."""
        self.total = total

    def advance(self, count: int = 1) -> None:
        """Note that ``count`` more documents have their outcome."""
        self.done += count

    def warn(self, notice: Notice) -> None:
        """Count a warning and tell it."""
        self.warnings += 1
        self.emit(EventKind.WARNING, notice.detail, notice.code.value)

    def to_json(self) -> dict[str, Any]:
        """The snapshot and the earlier phases, as the ledger keeps them for other processes."""
        return {**asdict(self.snapshot()), "history": [list(phase) for phase in self.history]}

    def snapshot(self) -> Snapshot:
        """What a display shows now."""
        now = self.clock()
        in_phase = now - self._phase_began
        rate = self.done / in_phase if in_phase > 0 else 0.0
        left = None if self.total is None else max(self.total - self.done, 0)
        return Snapshot(
            phase=self.phase,
            phase_number=self.phase_number,
            phase_count=max(self.phase_count, self.phase_number),
            done=self.done,
            total=self.total,
            elapsed=now - (now if self._run_began is None else self._run_began),
            rate=rate,
            remaining=left / rate if left is not None and rate > 0 else None,
            warnings=self.warnings,
        )

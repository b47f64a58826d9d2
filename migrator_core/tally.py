"""The law of the whole tool, and the counts that show whether it holds.

For every collection of a backup, and for files in bytes too,
``found = migrated + existing + skipped + failed``. :class:`Tally` counts both sides separately, so
that a forgotten outcome shows up as a broken sum instead of a silent loss.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NotRequired, TypeAlias

from typing_extensions import TypedDict

from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode


class CollectionEntry(TypedDict):
    """One collection's entry in ``report.json``; ``bytes`` are there for files only.

    ``not_done`` is there where a run ended early; None where nobody had counted them yet.
    """

    found: int
    migrated: int
    existing: int
    skipped: dict[str, int]
    failed: dict[str, int]
    bytes: NotRequired[dict[str, int]]
    not_done: NotRequired[int | None]


Counts: TypeAlias = Mapping[str, CollectionEntry]
"""The ``collections`` of ``report.json``, by LibreChat's names."""


@dataclass(slots=True)
class CollectionCount:
    """The two sides of the sum for one collection; sizes are in bytes.

    ``expected`` is how many documents there are, as far as that is known before they are read.
    """

    found: int = 0
    expected: int | None = 0
    migrated: int = 0
    existing: int = 0
    skipped: Counter[Reason] = field(default_factory=Counter)
    failed: Counter[Reason] = field(default_factory=Counter)
    found_bytes: int = 0
    bytes_by_state: Counter[State] = field(default_factory=Counter)

    @property
    def accounted(self) -> int:
        """How many documents have an outcome."""
        return self.migrated + self.existing + self.skipped.total() + self.failed.total()

    @property
    def adds_up(self) -> bool:
        """Whether every document that was found has exactly one outcome."""
        same_bytes = self.found_bytes == self.bytes_by_state.total()
        return self.found == self.accounted and same_bytes

    @property
    def not_done(self) -> int | None:
        """How many documents have no outcome yet; None where nobody knows."""
        if self.expected is None and not self.found:
            return None
        return max(0, max(self.found, self.expected or 0) - self.accounted)

    def to_json(self, *, ended_early: bool = False) -> CollectionEntry:
        """The collection's entry in ``report.json``."""
        entry: CollectionEntry = {
            "found": self.found,
            "migrated": self.migrated,
            "existing": self.existing,
            "skipped": {reason.value: n for reason, n in sorted(self.skipped.items())},
            "failed": {reason.value: n for reason, n in sorted(self.failed.items())},
        }
        if self.found_bytes:
            entry["bytes"] = {
                "found": self.found_bytes,
                **{state.value: self.bytes_by_state[state] for state in State},
            }
        if ended_early:
            entry["not_done"] = self.not_done
        return entry


class Tally:
    """Counts documents as they are found and, separately, as they get their outcome."""

    def __init__(self) -> None:
        self.collections: defaultdict[str, CollectionCount] = defaultdict(CollectionCount)
        self.warnings: Counter[WarningCode] = Counter()

    def expect(self, totals: Mapping[str, int | None]) -> None:
        """Note how many documents will be found, or that there are some that nobody counted."""
        for collection, count in totals.items():
            self.collections[collection].expected = count

    def found(self, collection: str, count: int = 1, size: int = 0) -> None:
        """Note that ``count`` documents of ``collection`` (``size`` bytes) are in the backup."""
        self.collections[collection].found += count
        self.collections[collection].found_bytes += size

    def add(self, outcome: Outcome, count: int = 1) -> None:
        """Note the outcome of one document, or of several without a size."""
        entry = self.collections[outcome.collection]
        entry.bytes_by_state[outcome.state] += outcome.size
        match outcome.state:
            case State.MIGRATED:
                entry.migrated += count
            case State.EXISTING:
                entry.existing += count
            case State.SKIPPED if outcome.reason:
                entry.skipped[outcome.reason] += count
            case State.FAILED if outcome.reason:
                entry.failed[outcome.reason] += count

    def warnings_by_code(self) -> dict[str, int]:
        """How often each warning was given, as a door or the ledger keeps it."""
        return {code.value: count for code, count in self.warnings.items()}

    def warn(self, notice: Notice) -> None:
        """Note one warning."""
        self.warnings[notice.code] += 1

    @property
    def failures(self) -> int:
        """How many documents failed, over all collections."""
        return sum(entry.failed.total() for entry in self.collections.values())

    def unbalanced(self) -> list[str]:
        """The collections whose sum is broken: always empty, or the tool has a bug."""
        return [name for name, entry in self.collections.items() if not entry.adds_up]

    def to_json(self, *, ended_early: bool = False) -> dict[str, CollectionEntry]:
        """The ``collections`` object of ``report.json``, in name order."""
        return {
            name: entry.to_json(ended_early=ended_early)
            for name, entry in sorted(self.collections.items())
        }

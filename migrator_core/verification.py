"""What a comparison of Open WebUI with the backup can find, in one closed vocabulary.

Three versions of a thing are known: what the backup says now, what was written (the ledger has its
fingerprint), and what Open WebUI holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Difference(StrEnum):
    """In which way something is not what the backup says; the grave ones come first."""

    MISSING = "missing"
    DIFFERS = "differs"
    UNEXPECTED = "unexpected"
    UNREADABLE = "unreadable"
    BYTES_LOST = "bytes-lost"
    BYTES_DIFFER = "bytes-differ"
    OUTDATED = "outdated"
    NOT_MIGRATED = "not-migrated"
    CHANGED_IN_OPEN_WEBUI = "changed-in-open-webui"
    REMOVED_IN_OPEN_WEBUI = "removed-in-open-webui"
    NOT_IN_BACKUP = "not-in-backup"


HARMLESS = frozenset(
    {
        Difference.CHANGED_IN_OPEN_WEBUI,
        Difference.REMOVED_IN_OPEN_WEBUI,
        Difference.NOT_IN_BACKUP,
    }
)
"""What people did on purpose, and what LibreChat no longer has: listed, and no error."""

MEANINGS: Mapping[Difference, str] = {
    Difference.MISSING: (
        "It was migrated and is gone, or a part of it is, in a way in which Open WebUI removes "
        "nothing."
    ),
    Difference.DIFFERS: (
        "It is not what was migrated, and nothing shows that somebody changed it in Open WebUI."
    ),
    Difference.UNEXPECTED: (
        "Somebody has more rights than the backup gives, or there is something that was not "
        "migrated. If it was given on purpose, all is well."
    ),
    Difference.UNREADABLE: "The row is there, but Open WebUI cannot read it.",
    Difference.BYTES_LOST: "The record of the file is there; its bytes are not, or cannot be read.",
    Difference.BYTES_DIFFER: "The storage returns other bytes than the backup has.",
    Difference.OUTDATED: (
        "The backup says something else than what was migrated: LibreChat or a setting changed "
        "since. Another run brings what is new."
    ),
    Difference.NOT_MIGRATED: "The backup has it, and no run has migrated it.",
    Difference.CHANGED_IN_OPEN_WEBUI: "Somebody changed it in Open WebUI since.",
    Difference.REMOVED_IN_OPEN_WEBUI: "Somebody removed it in Open WebUI since.",
    Difference.NOT_IN_BACKUP: "It was migrated by an earlier run; the backup does not have it now.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not what the backup says.

    ``collection`` and ``source_id`` name the document, ``target_id`` the row that stands for it,
    ``what`` the fields or parts that differ: names and ids, never a value of them.
    """

    difference: Difference
    collection: str
    source_id: str
    target_id: str | None
    what: tuple[str, ...] = ()

    @property
    def detail(self) -> str:
        """What differs, in one line."""
        return "; ".join(self.what)

    def to_json(self) -> dict[str, Any]:
        """An entry of ``findings`` in ``report.json``."""
        return {
            "difference": self.difference,
            "collection": self.collection,
            "source_id": self.source_id,
            "target_id": self.target_id,
            "what": list(self.what),
        }


@dataclass(slots=True)
class VerificationCounts:
    """What was compared, by collection, and what came of it; ``files`` and ``bytes`` read back."""

    compared: Counter[str] = field(default_factory=Counter)
    equal: Counter[str] = field(default_factory=Counter)
    differences: Counter[Difference] = field(default_factory=Counter)
    files: int = 0
    bytes: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing but what people did on purpose."""
        return not self.grave

    @property
    def grave(self) -> int:
        """How many findings are errors."""
        return sum(count for kind, count in self.differences.items() if kind not in HARMLESS)

    @property
    def harmless(self) -> int:
        """How many findings are none."""
        return self.differences.total() - self.grave

    def to_json(self) -> dict[str, Any]:
        """The sums of ``verification`` in ``report.json``."""
        return {
            "result": "equal" if self.is_clean else "differences",
            "compared": dict(sorted(self.compared.items())),
            "equal": dict(sorted(self.equal.items())),
            "differences": {
                kind.value: self.differences[kind] for kind in Difference if self.differences[kind]
            },
            "files": self.files,
            "bytes": self.bytes,
        }

    def headline(self) -> str:
        """One line that says how it ended."""
        compared = f"{self.compared.total():,} items compared, {self.files:,} files read back"
        by_people = f"{self.harmless:,} changed or removed by people or not in the backup any more"
        if self.is_clean:
            return f"verified: {compared}, no differences; {by_people}"
        return f"verify found {self.grave:,} differences: {compared}; {by_people}"

"""What an undo can say of what a run brought, in one closed vocabulary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kept(StrEnum):
    """Why something was not taken back."""

    CHANGED = "changed"
    SIGNED_IN = "signed-in"
    USED = "used"
    NEEDED = "needed"
    UNKNOWN = "unknown"
    FAILED = "failed"


MEANINGS: Mapping[Kept, str] = {
    Kept.CHANGED: "Somebody changed it in Open WebUI since: theirs stays.",
    Kept.SIGNED_IN: "Somebody has signed in to the account since.",
    Kept.USED: "Something that people made in Open WebUI since, or that was there before, uses it.",
    Kept.NEEDED: "Something that is kept needs it.",
    Kept.UNKNOWN: "An earlier version of this tool did not note what was there before.",
    Kept.FAILED: "It could not be taken back. Undo again once the cause is gone.",
}

WORDS: Mapping[str, tuple[str, str]] = {
    "user": ("account", "accounts"),
    "group": ("group", "groups"),
    "tag": ("tag", "tags"),
    "folder": ("folder", "folders"),
    "file": ("file", "files"),
    "chat": ("chat", "chats"),
    "shared_chat": ("shared link", "shared links"),
    "prompt": ("prompt", "prompts"),
    "knowledge": ("knowledge base", "knowledge bases"),
    "model": ("model", "models"),
    "skill": ("skill", "skills"),
    "memory": ("memory", "memories"),
    "access_grant": ("permission", "permissions"),
}
"""What people call the kinds of rows, one of them and several."""


@dataclass(frozen=True, slots=True)
class KeptThing:
    """One thing that stays as it is: names and ids, never a value."""

    why: Kept
    kind: str
    collection: str
    source_id: str
    target_id: str
    detail: str

    def to_json(self) -> dict[str, str]:
        """An entry of ``kept`` in ``report.json``."""
        return {
            "why": self.why,
            "what": WORDS[self.kind][0],
            "collection": self.collection,
            "source_id": self.source_id,
            "target_id": self.target_id,
            "detail": self.detail,
        }


@dataclass(slots=True)
class UndoCounts:
    """What an undo did, or its preview would do, by kind; ``gone`` had been removed before."""

    of: str
    preview: bool
    removed: Counter[str] = field(default_factory=Counter)
    restored: Counter[str] = field(default_factory=Counter)
    gone: Counter[str] = field(default_factory=Counter)
    kept: Counter[tuple[str, Kept]] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        """How much could not be taken back though it should."""
        return sum(count for (_, why), count in self.kept.items() if why is Kept.FAILED)

    @property
    def nothing(self) -> bool:
        """Whether the run has left nothing at all."""
        return not (self.removed or self.restored or self.gone or self.kept)

    def to_json(self) -> dict[str, Any]:
        """The sums of ``undo`` in ``report.json``."""
        kept: dict[str, dict[str, int]] = {}
        for (kind, why), count in sorted(self.kept.items()):
            kept.setdefault(WORDS[kind][1], {})[why.value] = count
        return {
            "of": self.of,
            "preview": self.preview,
            "removed": _by_word(self.removed),
            "restored": _by_word(self.restored),
            "gone": _by_word(self.gone),
            "kept_because": kept,
        }

    def headline(self) -> str:
        """One line that says how it ended."""
        if self.nothing:
            return f"nothing of run {self.of} is left to be undone"
        kept = self.kept.total() - self.failed
        would = "would be " if self.preview else ""
        line = (
            f"undo of run {self.of}: {self.removed.total():,} {would}removed, "
            f"{self.restored.total():,} {would}restored, {kept:,} {would}kept"
        )
        return f"{line}, {self.failed:,} failed" if self.failed else line

    def lines(self) -> list[str]:
        """Everything that was counted, one line each."""
        would = "would be " if self.preview else ""
        found = [
            *((f"{would}removed", kind, count) for kind, count in self.removed.items()),
            *((f"{would}restored", kind, count) for kind, count in self.restored.items()),
            *(("gone already", kind, count) for kind, count in self.gone.items()),
        ]
        order = list(WORDS)
        found.sort(key=lambda each: (each[0] == "gone already", order.index(each[1])))
        lines = [f"{done}: {counted(kind, count)}" for done, kind, count in found]
        for (kind, why), count in sorted(
            self.kept.items(), key=lambda each: (order.index(each[0][0]), each[0][1])
        ):
            done = "failed" if why is Kept.FAILED else f"{would}kept, {why}"
            lines.append(f"{done}: {counted(kind, count)}. {MEANINGS[why]}")
        return lines


def heading_of(why: Kept) -> str:
    """What a report calls things that were kept for this reason."""
    return "failed" if why is Kept.FAILED else f"kept, {why}"


def counted(kind: str, count: int) -> str:
    """So many of a kind, in words."""
    return f"{count:,} {WORDS[kind][count != 1]}"


def _by_word(counts: Counter[str]) -> dict[str, int]:
    return {WORDS[kind][1]: counts[kind] for kind in WORDS if counts[kind]}

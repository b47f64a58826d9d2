"""Items and warnings sorted into groups that a person can read, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator_core.outcome import Reason, State, WarningCode
from migrator_core.report.data import Report, Undoing
from migrator_core.undoing import WORDS, Kept
from migrator_core.verification import Difference

SHOWN = 200
"""Entries of one group that are shown; ``report.json`` has them all."""


@dataclass(slots=True)
class Group:
    """Entries with the same meaning: how many, and the first of them as ``(id, detail)``."""

    count: int = 0
    entries: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, detail: str) -> None:
        """Count one entry, and keep it while there is room."""
        self.count += 1
        if len(self.entries) < SHOWN:
            self.entries.append((name, detail))

    @property
    def hidden(self) -> int:
        """How many entries are counted but not shown."""
        return self.count - len(self.entries)


def item_groups(report: Report) -> dict[tuple[State, Reason, str], Group]:
    """Skipped and failed documents by state, reason and collection; failures first."""
    groups: dict[tuple[State, Reason, str], Group] = {}
    for item in (report.told or report.items)():
        if item.reason is not None:
            group = groups.setdefault((item.state, item.reason, item.collection), Group())
            group.add(item.source_id, item.detail or "")
    order = list(Reason)
    return dict(
        sorted(groups.items(), key=lambda g: (g[0][0] != State.FAILED, order.index(g[0][1])))
    )


def warning_groups(report: Report) -> dict[WarningCode, Group]:
    """Warnings by code, in the order of the codes."""
    groups: dict[WarningCode, Group] = {}
    for notice in report.warnings():
        groups.setdefault(notice.code, Group()).add("", notice.detail)
    return {code: groups[code] for code in WarningCode if code in groups}


def finding_groups(report: Report) -> dict[tuple[Difference, str], Group]:
    """What a verification found, by difference and collection; the grave ones first."""
    groups: dict[tuple[Difference, str], Group] = {}
    for finding in report.verification.findings() if report.verification else ():
        group = groups.setdefault((finding.difference, finding.collection), Group())
        group.add(finding.source_id, finding.detail)
    order = list(Difference)
    return dict(sorted(groups.items(), key=lambda each: (order.index(each[0][0]), each[0][1])))


def kept_groups(undoing: Undoing) -> dict[tuple[Kept, str], Group]:
    """What an undo kept, by why and kind; what failed first."""
    groups: dict[tuple[Kept, str], Group] = {}
    for thing in undoing.kept():
        group = groups.setdefault((thing.why, thing.kind), Group())
        group.add(thing.source_id or thing.target_id, thing.detail)
    order, kinds = list(Kept), list(WORDS)

    def place(each: tuple[tuple[Kept, str], Group]) -> tuple[bool, int, int]:
        (why, kind), _ = each
        return why is not Kept.FAILED, order.index(why), kinds.index(kind)

    return dict(sorted(groups.items(), key=place))

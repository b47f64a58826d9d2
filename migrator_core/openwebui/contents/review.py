"""What a comparison of backup, ledger and Open WebUI comes to for one row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

from migrator_core.openwebui.contents.choices import Choice
from migrator_core.openwebui.contents.digests import Digests
from migrator_core.openwebui.mapping.context import TableRow
from migrator_core.outcome import Reason, State
from migrator_core.rows import Row

TableRows: TypeAlias = Mapping[str, list[Mapping[str, Any]]]
"""Rows that are there, by table."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one thing, with the reason where it was left as it is."""

    state: State
    reason: Reason | None = None


FATES: Mapping[Choice, Fate] = MappingProxyType(
    {
        Choice.SAME: Fate(State.EXISTING),
        Choice.BRING: Fate(State.MIGRATED),
        Choice.KEEP: Fate(State.SKIPPED, Reason.CHANGED_IN_OPEN_WEBUI),
        Choice.REMOVED: Fate(State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI),
    }
)


@dataclass(frozen=True, slots=True)
class Update:
    """Columns of one row to set; an insert instead where there is no such row and ``row`` is."""

    table: str
    where: Mapping[str, object]
    values: Mapping[str, object]
    row: TableRow | None = None


@dataclass(frozen=True, slots=True)
class Insert:
    """A row to add; one that is there already stays."""

    row: TableRow


@dataclass(frozen=True, slots=True)
class Delete:
    """Rows of ours to take away: with ``id_of``, only those that have the id we give them."""

    table: str
    where: Mapping[str, object]
    id_of: Callable[[Mapping[str, Any]], str] | None = None


Change: TypeAlias = Update | Insert | Delete


@dataclass(frozen=True, slots=True)
class Review:
    """The fate of every thing of a row, what to change for it, and what we have written then.

    ``parts`` are the fates of things that are documents of their own (the messages of a chat), by
    name; they do not decide what is said of the row.
    """

    fates: Mapping[str, Fate]
    written: Digests
    changes: tuple[Change, ...] = ()
    parts: Mapping[str, Fate] = field(default_factory=dict)

    def verdict(self) -> tuple[Fate, str | None]:
        """The fate of the row as a whole, and a sentence for the report."""
        left = [name for name, fate in self.fates.items() if fate.state is State.SKIPPED]
        if left:
            kept = ", ".join(sorted({name.partition("/")[0] for name in left}))
            return FATES[Choice.KEEP], f"kept as it is in Open WebUI: {kept}"
        everything = (*self.fates.values(), *self.parts.values())
        changed = any(fate.state is State.MIGRATED for fate in everything)
        return FATES[Choice.BRING if changed else Choice.SAME], None

    @property
    def all_fates(self) -> Mapping[str, Fate]:
        """The fates of all things."""
        return {**self.fates, **self.parts}


class Contents(Protocol):
    """What the rows of one kind consist of."""

    @property
    def reads(self) -> frozenset[str]:
        """The tables, beside the main one, whose rows a review looks at."""

    def digests(self, rows: list[TableRow]) -> Digests:
        """Of rows that are about to be written."""

    def review(
        self,
        row: Row,
        rows: list[TableRow],
        there: TableRows,
        written: Digests | None,
        *,
        partial: bool,
        lacking: Collection[str] = (),
    ) -> Review:
        """Compare rows with those that are there.

        ``written`` is what an earlier run has written, None where that is not known. With
        ``partial`` the backup may lack what belongs to the row, and nothing is taken back; nor are
        the kinds of things (the first word of their names) that it is ``lacking``.
        """

    def taken_back(self, there: TableRows, written: Digests) -> Review:
        """What becomes of a row that the backup does not have now: access that we gave goes."""

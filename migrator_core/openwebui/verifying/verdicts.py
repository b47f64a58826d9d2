"""What an item is found to be: its differences, and what a report says of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrator_core.fingerprint import is_of
from migrator_core.item import Item
from migrator_core.openwebui.tables.kind import Kind
from migrator_core.openwebui.verifying.comparison import compare, with_backup
from migrator_core.openwebui.verifying.facts import Facts, Gap, Rows
from migrator_core.openwebui.verifying.memory import Remembered
from migrator_core.openwebui.verifying.readers import unreadable
from migrator_core.openwebui.verifying.reading import Found
from migrator_core.openwebui.writing.conflicts import Written
from migrator_core.outcome import Reason, State
from migrator_core.verification import HARMLESS, Difference


def gaps_of(
    kind: Kind[Any],
    item: Item,
    expected: Rows,
    present: Found,
    facts: Facts,
    known: Remembered | None,
) -> list[Gap]:
    """How an item differs from what it is to be, and from what it can be."""
    gaps = [
        Gap(Difference.UNREADABLE, f"{table}: {columns}")
        for table, rows in present.ours.items()
        for row in rows
        if (columns := unreadable(table, row)) is not None
    ]
    gaps += compare(kind.name, expected, present.ours, present.others, facts)
    if known is None or known.fingerprint is None:
        return gaps
    if is_of(known.fingerprint, item.row, item.fingerprint):
        return gaps
    column = "last_active_at" if kind.name == "user" else "updated_at"
    touched = facts.touched(expected[kind.name][0], present.ours[kind.name][0], column)
    return with_backup(gaps, touched=touched)


def as_it_was(item: Item, known: Remembered) -> Written:
    """A document that the run left out with a reason stays left out."""
    reason = Reason(known.reason) if known.reason else Reason.PARENT_FAILED
    return Written(item, State(known.state), reason, known.detail)


def verdict_of(item: Item, key: str, gaps: Sequence[Gap]) -> Written:
    """What the report says of an item with these differences."""
    kinds = {gap.difference for gap in gaps}
    if kinds - HARMLESS:
        detail = ", ".join(sorted(kinds - HARMLESS))
        return Written(item, State.FAILED, Reason.DIFFERS, detail, key)
    if kinds == {Difference.REMOVED_IN_OPEN_WEBUI} and len(gaps) == 1:
        return Written(item, State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI, None, key)
    return Written(item, State.EXISTING, target_id=key)

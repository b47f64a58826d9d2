"""What one item is compared with, and what helps to tell a person's hand from damage."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from migrator_core.verification import Difference

Values: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = Mapping[str, Sequence[Values]]
"""Rows by table, JSON decoded."""

Key: TypeAlias = tuple[str, str]
"""A table and the id of a row in it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One difference of an item: which kind, and what it is about."""

    difference: Difference
    what: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beyond the rows themselves.

    ``since`` is when the run that wrote the item began (seconds), or when one last had a file
    indexed; None where no ledger says so.
    ``there`` are the rows that exist, of those that the item points to, ``brought`` the messages
    (chat and message) that a run has written and the backup does not have now. ``orphans`` are tags
    (user and id joined by a slash) that have a row and that no chat of their user has any more.
    ``in_step`` says that this Open WebUI keeps both copies of a message in step (0.12).
    """

    since: int | None = None
    there: frozenset[Key] = frozenset()
    brought: frozenset[Key] = frozenset()
    orphans: frozenset[str] = frozenset()
    in_step: bool = True

    def touched(self, expected: Values, actual: Values, column: str = "updated_at") -> bool:
        """Whether Open WebUI noted that somebody changed the row after it was written."""
        noted, written = actual.get(column), expected.get(column)
        if not isinstance(noted, int) or noted == written:
            return False
        return self.since is None or noted > self.since

    def is_there(self, table: str, row_id: object) -> bool:
        """Whether a row that the item points to exists."""
        return (table, str(row_id)) in self.there


def same(expected: object, actual: object) -> bool:
    """Whether a stored value is the expected one, after its way through JSON."""
    if expected == actual:
        return True
    if isinstance(expected, dict | list | tuple):
        return bool(json.loads(json.dumps(expected)) == actual)
    return False


def by_touch(touched: bool) -> Difference:  # noqa: FBT001 - the one thing it is about
    """What a difference is: somebody's change, or damage."""
    return Difference.CHANGED_IN_OPEN_WEBUI if touched else Difference.DIFFERS


def one(rows: Rows, table: str) -> Values | None:
    """The only row of a table, None where there is none."""
    found = rows.get(table) or ()
    return found[0] if found else None

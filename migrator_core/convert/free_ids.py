"""Ids for our rows that nobody else's rows have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from uuid import UUID, uuid5

from migrator_core.convert.ids import NAMESPACE

Table: TypeAlias = Literal["chat", "file", "folder", "group", "knowledge", "prompt", "skill"]
"""Tables whose ids are derived from what the backup says, and so can be known beforehand."""

TABLES: tuple[Table, ...] = ("chat", "file", "folder", "group", "knowledge", "prompt", "skill")

_TRIES = 8
_OTHER = 8
"""The version of a UUID that says that it stands in for a derived one (which has 5)."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a row says of itself that no run of ours is known to have made.

    ``owner`` is None where the table has none; ``source`` is what it says it came from.
    """

    owner: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class FreeIds:
    """Gives a row its derived id, or another one where that is somebody else's.

    ``held`` are rows that the ledger does not know, ``given`` the other ids that earlier runs gave:
    both by table and id.
    """

    held: Mapping[tuple[Table, str], Held] = field(default_factory=dict)
    given: Collection[tuple[Table, str]] = ()

    def of(self, table: Table, derived: str, owner: str | None, source: str | None = None) -> str:
        """The id for what has this owner and source; the same one in every run.

        ``source`` is None for what may come from several places.
        """
        if not self.held and not self.given:
            return derived
        others = [another_id(derived, number) for number in range(1, _TRIES)]
        for other in others:
            if (table, other) in self.given:
                return other
        free = (one for one in (derived, *others) if self._is_free(table, one, owner, source))
        return next(free, others[-1])

    def _is_free(self, table: Table, wanted: str, owner: str | None, source: str | None) -> bool:
        held = self.held.get((table, wanted))
        if held is None:
            return True
        if owner is None:  # what belongs to nobody has to say what it is
            return held.source == source
        return held.owner == owner and (source is None or held.source in {None, source})


DERIVED = FreeIds()
"""Where nothing is held by anybody: every row has its derived id."""


def another_id(derived: str, number: int) -> str:
    """An id that stands in for a derived one."""
    made = uuid5(NAMESPACE, f"another:{number}:{derived}").int
    return str(UUID(int=made & ~(0xF << 76) | _OTHER << 76))


def is_another(row_id: str) -> bool:
    """Whether an id stands in for a derived one."""
    return len(row_id) == len(str(NAMESPACE)) and row_id[14] == str(_OTHER)

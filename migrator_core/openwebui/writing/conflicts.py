"""What is there already: the same question for a run and for its preview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.item import Item
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.chat import LINK
from migrator_core.openwebui.contents.digests import Digests
from migrator_core.openwebui.contents.review import Fate
from migrator_core.openwebui.database.parameters import askable, in_portions
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.tables.kind import Claim, Kind
from migrator_core.openwebui.tables.registry import kind_named, kind_of
from migrator_core.outcome import Notice, Reason, State
from migrator_core.rows import ChatRow, Row

_Taken: TypeAlias = defaultdict[tuple[str, Claim], dict[str, str]]
"""Who has which value: by kind and claim, the value and the key of the row that has it."""


def _nobody() -> _Taken:
    return defaultdict(dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one item. ``target_id`` is the row that stands for it in Open WebUI.

    It differs from the item's own id where an account with the same e-mail address existed.
    ``fates`` are those of the things that it consists of, where they may differ from its own;
    ``digests`` is what the ledger is to know of it from now on, ``updated`` that it was there.
    ``characters`` is the length of a file's text, where that is not in its row; ``notices`` are
    what only writing could find out.
    """

    item: Item
    state: State
    reason: Reason | None = None
    detail: str | None = None
    target_id: str | None = None
    fates: Mapping[str, Fate] = field(default_factory=dict)
    digests: Digests | None = None
    updated: bool = False
    characters: int | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether the row is in Open WebUI now, whoever put it there or changed it."""
        arrived = self.state in {State.MIGRATED, State.EXISTING}
        return arrived or self.reason is Reason.CHANGED_IN_OPEN_WEBUI

    @property
    def is_whole(self) -> bool:
        """Whether the row is there, and everything of it is what the backup says."""
        arrived = self.state in {State.MIGRATED, State.EXISTING}
        return arrived and all(fate.state is not State.SKIPPED for fate in self.fates.values())

    @property
    def accounted(self) -> Written:
        """What the report says of it; a comparison tells later phases something else."""
        return self


@dataclass(slots=True)
class Seen:
    """What earlier items of this run have taken, for a preview, whose items leave no rows."""

    taken: _Taken = field(default_factory=_nobody)
    keys: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    named: dict[str, str] = field(default_factory=dict)

    def note(self, written: Written) -> None:
        """Remember an item that is written, or would be, if a later one may ask for it."""
        row = written.item.row
        if isinstance(row, ChatRow) and row.share_id is not None:
            link = written.fates.get(LINK)
            if (link or written).state is State.MIGRATED:
                self.named[row.id] = row.share_id
        if written.state is not State.MIGRATED:
            return
        if kind_of(row).remembered(row):
            self.take(row)

    def take(self, row: Row) -> None:
        """Remember a row."""
        kind = kind_of(row)
        key = kind.key_of(row)
        self.keys[kind.name].add(key)
        for claim in kind.claims:
            self.taken[kind.name, claim][claim.value(row)] = key


@dataclass(slots=True)
class _Held:
    """What the target holds, and has lost, of what one batch asks for. Keys are by kind."""

    taken: _Taken = field(default_factory=_nobody)
    named: dict[str, str | None] = field(default_factory=dict)
    there: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    removed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


class Conflicts:
    """Looks up what Open WebUI and the ledger know of a batch of items."""

    def __init__(self, target: OpenWebUI, ledger: LedgerReader) -> None:
        """Look up in this target and its ledger."""
        self._target = target
        self._ledger = ledger

    async def settle(self, items: Sequence[Item], seen: Seen) -> list[Written | None]:
        """The fate of each item that needs no writing, None for each that does.

        ``seen`` is consulted, not changed.
        """
        held = await self._look_up([item.row for item in items])
        batch = Seen()
        verdicts: list[Written | None] = []
        for item in items:
            verdict = (
                _renounced(item, held, seen)
                or _verdict(item, held.taken)
                or _verdict(item, seen.taken)
                or _verdict(item, batch.taken)
                or _removed(item, held)
                or _orphaned(item, held, seen)
            )
            verdicts.append(verdict)
            if verdict is None:
                batch.take(item.row)
        return verdicts

    async def existing(self, kind: Kind[Any], keys: Iterable[str]) -> set[str]:
        """Which of these keys Open WebUI has."""
        wanted = list(keys)
        return set(
            await self._target.database.read(
                lambda connection: self._having(connection, kind, Claim(kind.key), wanted)
            )
        )

    async def _look_up(self, rows: Sequence[Row]) -> _Held:
        held = _Held()
        of_kind: defaultdict[str, list[Row]] = defaultdict(list)
        keys: defaultdict[str, set[str]] = defaultdict(set)
        for row in rows:
            kind = kind_of(row)
            of_kind[kind.name].append(row)
            keys[kind.name].add(kind.key_of(row))
            if kind.parent is not None:
                keys[kind.parent.kind].add(kind.parent.key_of(row))

        async def ask(connection: AsyncConnection) -> None:
            for name, wanted in keys.items():
                await self._look_up_kind(connection, name, wanted, of_kind[name], held)
            for name in of_kind:
                held.named |= await self._names(connection, kind_named(name), of_kind[name])

        await self._target.database.read(ask)
        for name, wanted in keys.items():
            held.removed[name] = await self._ledger.made(name, list(wanted - held.there[name]))
        return held

    async def _look_up_kind(
        self,
        connection: AsyncConnection,
        name: str,
        keys: Iterable[str],
        rows: Sequence[Row],
        held: _Held,
    ) -> None:
        kind = kind_named(name)
        by_key = await self._having(connection, kind, Claim(kind.key), list(keys))
        held.there[name] = set(by_key)
        for claim in kind.claims:
            if claim.columns == kind.key:
                held.taken[name, claim] = by_key
            else:
                values = [claim.value(row) for row in rows]
                held.taken[name, claim] = await self._having(connection, kind, claim, values)

    async def _names(
        self, connection: AsyncConnection, kind: Kind[Any], rows: Sequence[Row]
    ) -> dict[str, str | None]:
        """Which row of this kind each parent names, where parents do."""
        parent = kind.parent
        if parent is None or parent.names is None:
            return {}
        table = self._target.schema.table(parent.kind)
        query = sa.select(table.c.id, table.c[parent.names])
        found: dict[str, str | None] = {}
        for some in in_portions(askable(parent.key_of(row) for row in rows)):
            there = await connection.execute(query.where(table.c.id.in_(some)))
            found |= {row[0]: row[1] for row in there}
        return found

    async def _having(
        self, connection: AsyncConnection, kind: Kind[Any], claim: Claim, values: Sequence[str]
    ) -> dict[str, str]:
        """The values that rows have, each with the key of its row."""
        table = self._target.schema.table(kind.name)
        claimed = [table.c[name] for name in claim.columns]
        query = sa.select(*claimed, *(table.c[name] for name in kind.key))
        forms = [claimed[-1], sa.func.lower(claimed[-1])] if claim.any_case else [claimed[-1]]
        found: dict[str, str] = {}
        for some in in_portions(askable(claim.last(value) for value in values)):
            for form in forms:
                for row in await connection.execute(query.where(form.in_(some))):
                    value = claim.normal("/".join(row[: len(claimed)]))
                    found[value] = "/".join(row[len(claimed) :])
        return found


def stages(items: Sequence[Item]) -> list[list[int]]:
    """The places of items that can be settled together, in the order of their stages."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        places[kind_of(item.row).stage].append(place)
    return [places[stage] for stage in sorted(places)]


def those_there(verdicts: Sequence[Written | None]) -> list[Written | None]:
    """Only the answers for items that are in Open WebUI."""
    return [one if one is not None and one.is_there else None for one in verdicts]


def _renounced(item: Item, held: _Held, seen: Seen) -> Written | None:
    kind = kind_of(item.row)
    if kind.parent is None or kind.parent.names is None:
        return None
    parent = kind.parent.key_of(item.row)
    named = seen.named.get(parent) or held.named.get(parent)
    if named == kind.key_of(item.row) or parent not in held.named:
        return None
    reason = Reason.REMOVED_IN_OPEN_WEBUI if named is None else Reason.CHANGED_IN_OPEN_WEBUI
    return Written(item, State.SKIPPED, reason)


def _verdict(item: Item, taken: _Taken) -> Written | None:
    kind = kind_of(item.row)
    for claim in kind.claims:
        value = claim.value(item.row)
        key = taken[kind.name, claim].get(value)
        if key is None:
            continue
        if claim.refusal is None:
            return Written(item, State.EXISTING, target_id=key)
        detail = claim.refusal.format(value)
        return Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, detail)
    return None


def _removed(item: Item, held: _Held) -> Written | None:
    kind = kind_of(item.row)
    if kind.key_of(item.row) not in held.removed[kind.name]:
        return None
    return Written(item, State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI)


def _orphaned(item: Item, held: _Held, seen: Seen) -> Written | None:
    parent = kind_of(item.row).parent
    if parent is None:
        return None
    key = parent.key_of(item.row)
    if key in held.there[parent.kind] or key in seen.keys[parent.kind]:
        return None
    if key in held.removed[parent.kind]:
        return Written(item, State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI)
    return Written(item, State.FAILED, Reason.PARENT_FAILED, parent.missing)

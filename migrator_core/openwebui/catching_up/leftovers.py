"""What earlier runs brought and is still there, for a comparison with what a backup has now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.belonging import Rows
from migrator_core.openwebui.catching_up.reading import rows_of
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.database.parameters import askable, in_portions
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.ledger.records import EntryState
from migrator_core.openwebui.tables.registry import KINDS, kind_named

_PAGE = 500
_ROWS_AT_ONCE = 20
"""A chat may be large."""
_SHARED = frozenset({"chat", "knowledge", "model", "prompt", "skill"})
_OWNERLESS = frozenset({"group", "user"})
"""A group's ``user_id`` is only who made it."""
_KINDS = tuple(kind.name for kind in KINDS if len(kind.key) == 1)


class Brought(NamedTuple):
    """A document that an earlier run brought, and the row that it became.

    ``owner`` is the account whose it is, None for accounts and groups.
    """

    collection: str
    source_id: str
    kind: str
    target_id: str
    owner: str | None = None


class Leftovers(LedgerReader):
    """The ledger, asked for everything that runs brought."""

    async def still_there(self) -> AsyncIterator[list[Brought]]:
        """Page by page; a document may come more than once."""
        if not await self.exists():
            return
        item = self._tables.item
        query = (
            sa.select(
                item.c.id, item.c.collection, item.c.source_id, item.c.target_kind, item.c.target_id
            )
            .where(item.c.state == EntryState.MIGRATED.value, item.c.target_kind.in_(_KINDS))
            .order_by(item.c.id)
            .limit(_PAGE)
        )
        last = 0
        while rows := await self._database.rows(query.where(item.c.id > last)):
            last = rows[-1].id
            found = [Brought(*row[1:]) for row in rows if row.target_id]
            yield await _there(self._target, found)

    async def people(self) -> dict[str, set[str]]:
        """The ids of the users whose things runs gave to an account, by account."""
        if not await self.exists():
            return {}
        item = self._tables.item
        query = sa.select(item.c.target_id, item.c.source_id).where(
            item.c.collection == "users",
            item.c.target_id.is_not(None),
            item.c.state != EntryState.UNDONE.value,
        )
        people: defaultdict[str, set[str]] = defaultdict(set)
        for account, user in await self._database.rows(query.distinct()):
            people[account].add(user)
        return people

    async def shared(self, found: Sequence[Brought]) -> list[Brought]:
        """Those that others may use because a run gave them access."""
        shared: list[Brought] = []
        for name in {one.kind for one in found} & _SHARED:
            ours = list(dict.fromkeys(one for one in found if one.kind == name))
            for some in in_portions(ours, _ROWS_AT_ONCE):
                shared += await self._shared(name, some)
        return shared

    async def _shared(self, name: str, some: Sequence[Brought]) -> list[Brought]:
        contents = kind_named(name).contents
        written = await self.written(name, [one.target_id for one in some])
        known = [key for key, digests in written.items() if digests]
        there = await self._rows(name, known)
        return [
            one
            for one in some
            if one.target_id in there
            and contents is not None
            and contents.taken_back(there[one.target_id], written[one.target_id] or {}).changes
        ]

    async def _rows(self, name: str, keys: Sequence[str]) -> dict[str, Rows]:
        kind, schema = kind_named(name), self._target.schema
        return await self._target.database.read(
            lambda connection: rows_of(connection, kind, keys, schema)
        )


async def _there(target: OpenWebUI, found: list[Brought]) -> list[Brought]:
    async def ask(connection: AsyncConnection) -> dict[tuple[str, str], str | None]:
        there: dict[tuple[str, str], str | None] = {}
        for kind in {one.kind for one in found}:
            columns = target.schema.table(kind).c
            owned = kind not in _OWNERLESS
            owner = columns.user_id if owned else sa.null()
            wanted = askable(one.target_id for one in found if one.kind == kind)
            query = sa.select(columns.id, owner).where(columns.id.in_(wanted))
            there |= {(kind, own): whose for own, whose in await connection.execute(query)}
        return there

    there = await target.database.read(ask)
    return [
        one._replace(owner=there[one.kind, one.target_id])
        for one in found
        if (one.kind, one.target_id) in there
    ]

"""Reading the ledger. It works without the tables, too: then nothing ever happened."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.digests import Digests
from migrator_core.openwebui.database.parameters import askable, in_portions
from migrator_core.openwebui.ledger.records import (
    EntryState,
    LedgerItem,
    RunRecord,
    item_of_row,
    record_of_row,
)
from migrator_core.openwebui.ledger.tables import LedgerTables
from migrator_core.openwebui.ledger.upgrade import columns_present

_PAGE = 1000
_LONG_PAGE = 20


class LedgerReader:
    """Runs and their items, as often as somebody asks.

    Every question is asked on a connection of the target, which keeps one open: an
    :class:`~migrator_core.openwebui.connection.OpenWebUI` that stays connected can be watched.
    """

    def __init__(self, target: OpenWebUI) -> None:
        """The ledger in this Open WebUI's database."""
        self._target = target
        self._database = target.database
        self._tables = LedgerTables.define(target.schema.metadata.schema)
        self._columns: Mapping[str, frozenset[str]] = {}

    async def exists(self) -> bool:
        """Whether the ledger's tables are there."""
        return bool(await self._present())

    async def runs(self) -> list[RunRecord]:
        """All runs, the newest first."""
        if not await self.exists():
            return []
        run = self._tables.run
        query = self._select_runs().order_by(run.c.started_at.desc(), run.c.id.desc())
        return [record_of_row(row) for row in await self._database.rows(query)]

    async def run(self, run_id: str) -> RunRecord | None:
        """One run, None when there is no such run."""
        if not await self.exists():
            return None
        rows = await self._database.rows(self._select_runs().where(self._tables.run.c.id == run_id))
        return record_of_row(rows[0]) if rows else None

    async def items(
        self,
        run_id: str,
        *,
        states: Iterable[str] | None = None,
        newest_first: bool = False,
        replaced: bool = False,
    ) -> AsyncIterator[LedgerItem]:
        """A run's items in the order they were recorded, or the other way round.

        With ``replaced`` only those that changed what was there, and with what was there before.
        They come in pages, and no connection is held between two of them.
        """
        if not await self.exists():
            return
        item = self._tables.item
        # What was written or replaced may be long, and is asked for where it is needed.
        long = {"written", "proof"} if replaced else {"written", "proof", "replaced"}
        columns = [column for column in item.c if column.name not in long]
        size = _LONG_PAGE if replaced else _PAGE
        query = sa.select(*columns).where(item.c.run_id == run_id).limit(size)
        if replaced:
            query = query.where(item.c.replaced.is_not(None))
        query = query.order_by(item.c.id.desc() if newest_first else item.c.id)
        if states is not None:
            query = query.where(item.c.state.in_([str(state) for state in states]))
        page = query
        while True:
            entries = [item_of_row(row) for row in await self._database.rows(page)]
            for entry in entries:
                yield entry
            if len(entries) < size:
                return
            last = entries[-1].number
            page = query.where(item.c.id < last if newest_first else item.c.id > last)

    async def made(self, kind: str, target_ids: Sequence[str]) -> set[str]:
        """Which of these were created by a run that has not been taken back since."""
        if not target_ids or not await self.exists():
            return set()
        item = self._tables.item
        states = [EntryState.MIGRATED.value, EntryState.BROUGHT.value]
        query = sa.select(item.c.target_id).where(
            item.c.target_kind == kind, item.c.state.in_(states)
        )

        async def ask(connection: AsyncConnection) -> set[str]:
            found: set[str] = set()
            for some in in_portions(askable(target_ids)):
                rows = await connection.execute(query.where(item.c.target_id.in_(some)))
                found.update(rows.scalars())
            return found

        return await self._database.read(ask)

    async def written(self, kind: str, target_ids: Sequence[str]) -> dict[str, Digests | None]:
        """What runs have written of those of these rows that they made and that still count.

        None for rows of which an earlier version of this tool noted nothing.
        """
        if not target_ids or not await self.exists():
            return {}
        item = self._tables.item
        noted = "written" in self._columns[item.name]
        text = item.c.written if noted else sa.null().label("written")
        states = [EntryState.MIGRATED.value, EntryState.BROUGHT.value]
        made = item.c.state.in_(states)
        query = sa.select(item.c.target_id, made.label("made"), text).where(
            item.c.target_kind == kind, item.c.state != EntryState.UNDONE.value
        )

        async def ask(connection: AsyncConnection) -> dict[str, Digests | None]:
            found: dict[str, Digests | None] = {}
            ours: set[str] = set()
            for some in in_portions(askable(target_ids)):
                rows = query.where(item.c.target_id.in_(some)).order_by(item.c.id)
                for target_id, is_made, written in await connection.execute(rows):
                    ours |= {target_id} if is_made else set()
                    if written or is_made:
                        found[target_id] = json.loads(written) if written else None
            return {target_id: found[target_id] for target_id in ours}

        return await self._database.read(ask)

    async def indexed(self, kind: str) -> dict[str, str]:
        """All that has vectors: its id, and the digest of the text that they were made of last."""
        if not await self.exists():
            return {}
        item = self._tables.item
        query = (
            sa.select(item.c.target_id, item.c.proof)
            .where(item.c.target_kind == kind, item.c.state == EntryState.INDEXED.value)
            .order_by(item.c.id)
        )
        return {row[0]: row[1] for row in await self._database.rows(query)}

    async def _present(self) -> Mapping[str, frozenset[str]]:
        if not self._columns:
            self._columns = await self._database.read(
                lambda connection: connection.run_sync(columns_present, self._tables)
            )
        return self._columns

    def _select_runs(self) -> sa.Select[Any]:
        """An earlier release of this tool made fewer columns."""
        run = self._tables.run
        return sa.select(*(c for c in run.c if c.name in self._columns[run.name]))

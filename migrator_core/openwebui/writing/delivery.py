"""Prepared items into the database: short transactions, and one bad row spoils no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.encoded import EncodedRow
from migrator_core.errors import AbortedError
from migrator_core.item import Item
from migrator_core.openwebui.catching_up.changes import apply, begin
from migrator_core.openwebui.catching_up.comparing import Behind
from migrator_core.openwebui.catching_up.reading import rows_of
from migrator_core.openwebui.catching_up.remembering import ChangedRow, Remembering
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.database.faults import RejectedError
from migrator_core.openwebui.ledger.ledger import Ledger
from migrator_core.openwebui.ledger.records import LedgerValues
from migrator_core.openwebui.tables.registry import WRITTEN, kind_named, kind_of
from migrator_core.openwebui.writing.conflicts import Conflicts, Seen, Written
from migrator_core.openwebui.writing.preparation import written_of
from migrator_core.openwebui.writing.prepared import (
    Prepared,
    entries_of_changed,
    entry_of,
    entry_of_brought,
)
from migrator_core.openwebui.writing.proving import prove, proven
from migrator_core.openwebui.writing.statements import Inserts
from migrator_core.outcome import Reason, State

_NEEDS = {table.name: table.needs for table in WRITTEN if table.needs is not None}
"""Tables whose rows say nothing without another row: the column and the kind it points to."""


class Delivery:
    """Commits items and their ledger entries, together or not at all."""

    def __init__(self, target: OpenWebUI, ledger: Ledger, run_id: str) -> None:
        self._target = target
        self._ledger = ledger
        self._run_id = run_id
        self._conflicts = Conflicts(target, ledger)
        self._inserts = Inserts(target.schema, target.database.engine.dialect)

    async def settle(self, items: Sequence[Item]) -> list[Written | None]:
        """See :meth:`.Conflicts.settle`; what this run has written is there to be found."""
        return await self._conflicts.settle(items, Seen())

    async def deliver(self, prepared: Sequence[Prepared]) -> list[Written]:
        """Write items and say what became of each.

        Raises:
            AbortedError: the database cannot be used any more.
        """
        new = [one for one in prepared if one.behind is None]
        written = iter(await self._deliver(await self._without_dangling_links(new)))
        return [
            next(written) if one.behind is None else await self._bring_up_to_date(one.behind)
            for one in prepared
        ]

    async def _bring_up_to_date(self, behind: Behind) -> Written:
        """Compare once more where nobody else can write, change what is to change, and commit."""
        schema, item = self._target.schema, behind.item

        async def commit(connection: AsyncConnection) -> Written:
            await begin(connection)
            kind = kind_of(item.row)
            there = await rows_of(connection, kind, [behind.key], schema, lock=True)
            changed: list[ChangedRow] = []
            if behind.key not in there:
                written = Written(item, State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI)
            else:
                review = behind.review(there[behind.key])
                remembering = await Remembering.of(connection, review.changes, schema)
                await apply(connection, review.changes, schema)
                changed = await remembering.compared(connection)
                written = written_of(behind, review)
            proofs = await prove(connection, [written], schema)
            entries = entries_of_changed(written, changed, proofs)
            await self._ledger.insert(connection, self._run_id, entries)
            return written

        try:
            return await self._target.database.try_write(commit)
        except RejectedError as error:
            failed = Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, str(error))
            return (await self._deliver([Prepared(failed)]))[0]

    async def _deliver(self, prepared: Sequence[Prepared]) -> list[Written]:
        """Commit them together; where that fails, in halves, down to the one to blame."""
        if not prepared:
            return []
        try:
            await self._commit(prepared)
        except RejectedError as error:
            if len(prepared) == 1:
                return [await self._reject(prepared[0], str(error))]
            middle = len(prepared) // 2
            first = await self._deliver(prepared[:middle])
            return [*first, *await self._deliver(prepared[middle:])]
        return [one.written for one in prepared]

    async def _commit(self, prepared: Sequence[Prepared]) -> None:
        rows = [row for one in prepared for row in one.rows]
        inserts = self._inserts.grouped(rows)
        brought = await self._entries_of_brought(prepared)

        async def commit(connection: AsyncConnection) -> None:
            for insert, values in inserts:
                await insert.send(connection, values)
            new = [one.written for one in prepared if one.rows]
            known = [one.written for one in prepared if not one.rows]
            proofs = proven(known) | await prove(connection, new, self._target.schema)
            entries = [entry_of(one.written, proofs) for one in prepared]
            await self._ledger.insert(connection, self._run_id, [*entries, *brought])

        await self._target.database.try_write(commit)

    async def _reject(self, one: Prepared, detail: str) -> Written:
        if not one.rows:
            raise AbortedError(f"The ledger does not take its own entries: {detail}")
        item = one.written.item
        # Somebody may have created the very account or prompt since we looked.
        (verdict,) = await self.settle([item])
        written = verdict or Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, detail)
        return (await self._deliver([Prepared(written)]))[0]

    async def _without_dangling_links(self, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
        """Drop the links of chats to files that somebody removed since an earlier run."""
        rows = [row for one in prepared for row in one.rows]
        gone: set[tuple[str, object]] = set()
        for table, (column, needed) in _NEEDS.items():
            wanted = {str(row.values[column]) for row in rows if row.table == table}
            if wanted:
                there = await self._conflicts.existing(kind_named(needed), wanted)
                gone |= {(table, key) for key in wanted - there}
        if not gone:
            return prepared
        return [
            replace(one, rows=tuple(row for row in one.rows if not _dangles(row, gone)))
            for one in prepared
        ]

    async def _entries_of_brought(self, prepared: Sequence[Prepared]) -> list[LedgerValues]:
        """Entries for rows of other kinds that items bring along, where they are missing."""
        coming: defaultdict[str, dict[str, Item]] = defaultdict(dict)
        for item in (one.written.item for one in prepared if one.rows):
            for row in kind_of(item.row).brings(item.row):
                kind = kind_of(row)
                coming[kind.name].setdefault(kind.key_of(row), item)
        entries = []
        for name, items in coming.items():
            there = await self._conflicts.existing(kind_named(name), items)
            missing = {key: item for key, item in items.items() if key not in there}
            entries += [entry_of_brought(item, name, key) for key, item in missing.items()]
        return entries


def _dangles(row: EncodedRow, gone: Container[tuple[str, object]]) -> bool:
    needs = _NEEDS.get(row.table)
    return needs is not None and (row.table, row.values[needs[0]]) in gone

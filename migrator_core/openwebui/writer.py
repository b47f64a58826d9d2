"""Writes items: short transactions of rows and ledger entries, and one bad row spoils no other."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Container, Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

import sqlalchemy as sa

from migrator_core.errors import AbortedError
from migrator_core.openwebui.conflicts import Conflicts, Seen, Written, stages
from migrator_core.openwebui.connection import Account, OpenWebUI, in_portions
from migrator_core.openwebui.encoding import EncodedRow
from migrator_core.openwebui.faults import PATIENCE, RejectedError, patiently
from migrator_core.openwebui.ledger.entries import (
    EntryState,
    LedgerValues,
    entry,
    entry_of_notice,
    entry_of_outcome,
)
from migrator_core.openwebui.ledger.ledger import Ledger
from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.passwords import Credentials, replaceable, replacement
from migrator_core.openwebui.prepared import (
    Prepared,
    entry_of,
    entry_of_brought,
    load_context,
    prepare,
)
from migrator_core.openwebui.statements import statements
from migrator_core.openwebui.storage import OpenBlob, StorageError, Stored
from migrator_core.openwebui.tables.registry import WRITTEN, kind_named, kind_of
from migrator_core.outcome import Notice, Outcome, Reason, State
from migrator_core.rows import FileRow, Item

T = TypeVar("T")

_ENTRIES_AT_ONCE = 500
_NEEDS = {table.name: table.needs for table in WRITTEN if table.needs is not None}
"""Tables whose rows say nothing without another row: the column and the kind it points to."""


class Writer(Protocol):
    """Where a run's items go: into Open WebUI, or nowhere in a preview."""

    async def write(self, items: Sequence[Item]) -> list[Written]:
        """Write items in short transactions; the answers come in the same order.

        Raises:
            AbortedError: the database stays locked or is gone; running again is safe.
        """

    async def write_file(self, item: Item, open_blob: OpenBlob) -> Written:
        """Store a file's bytes, then write its row."""

    async def set_password(self, account: Account, password_hash: str) -> bool:
        """Give an existing account another password; False where nothing changes.

        An admin's password is never touched.
        """

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        """Note the fate of documents that have no row."""

    async def note(self, notices: Sequence[Notice]) -> None:
        """Note warnings."""


class LiveWriter:
    """Writes into Open WebUI and into the ledger, together or not at all."""

    def __init__(
        self, target: OpenWebUI, ledger: Ledger, run_id: str, *, patience: float = PATIENCE
    ) -> None:
        """Write for a run that the ledger has opened. ``patience``: seconds to wait for locks."""
        self._target = target
        self._ledger = ledger
        self._run_id = run_id
        self._patience = patience
        self._conflicts = Conflicts(target, ledger)
        self._context: MappingContext | None = None
        self._owner: tuple[str, dict[str, str]] = ("", {})

    async def write(self, items: Sequence[Item]) -> list[Written]:
        """See :meth:`Writer.write`."""
        done: dict[int, Written] = {}
        for stage in stages(items):
            prepared = await self._prepare([items[place] for place in stage])
            written = await self._deliver(await self._without_dangling_links(prepared))
            done.update(zip(stage, written, strict=True))
            await asyncio.sleep(0)
        return [done[place] for place in range(len(items))]

    async def write_file(self, item: Item, open_blob: OpenBlob) -> Written:
        """See :meth:`Writer.write_file`."""
        if not isinstance(item.row, FileRow):
            raise TypeError("only file rows have bytes")
        (verdict,) = await self._settle([item])
        if verdict is not None:
            return (await self._deliver([Prepared(verdict)]))[0]
        context = await self._facts()
        trial = prepare(item, replace(context, path="not stored yet"), self._target.schema)
        if trial.written.state is State.FAILED:
            return (await self._deliver([trial]))[0]
        try:
            stored = await self._store(item.row, open_blob)
        except StorageError as error:
            failed = Written(item, State.FAILED, Reason.STORAGE_ERROR, str(error))
            return (await self._deliver([Prepared(failed)]))[0]
        context = replace(context, path=stored.path)
        (written,) = await self._deliver([prepare(item, context, self._target.schema)])
        if written.state is not State.MIGRATED:
            await asyncio.to_thread(self._target.files.remove, stored)
        return written

    async def set_password(self, account: Account, password_hash: str) -> bool:
        """See :meth:`Writer.set_password`. The old hash goes into the ledger, for an undo."""

        async def update() -> bool:
            async with self._target.engine.begin() as connection:
                previous = await replaceable(
                    connection, self._target.schema, account.id, password_hash
                )
                if previous is None:
                    return False
                change = replacement(self._target.schema, account.id, password_hash, previous)
                if not (await connection.execute(change)).rowcount:
                    return False
                await self._ledger.insert(connection, self._run_id, [_replaced(account, previous)])
                return True

        return await self._patiently(update)

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        """See :meth:`Writer.record`."""
        await self._add([entry_of_outcome(outcome) for outcome in outcomes])

    async def note(self, notices: Sequence[Notice]) -> None:
        """See :meth:`Writer.note`."""
        await self._add([entry_of_notice(notice) for notice in notices])

    async def _add(self, entries: Sequence[LedgerValues]) -> None:
        for some in in_portions(entries, _ENTRIES_AT_ONCE):
            await self._ledger.add(self._run_id, some)

    async def _settle(self, items: Sequence[Item]) -> list[Written | None]:
        # A connection that breaks while reading ends the run as one that breaks while writing.
        return await self._patiently(lambda: self._conflicts.settle(items, Seen()))

    async def _facts(self) -> MappingContext:
        if self._context is None:
            self._context = await load_context(self._target)
        return self._context

    async def _prepare(self, items: Sequence[Item]) -> list[Prepared]:
        verdicts = await self._settle(items)
        context = await self._facts()

        def prepare_all() -> list[Prepared]:
            return [
                Prepared(verdict) if verdict else prepare(item, context, self._target.schema)
                for item, verdict in zip(items, verdicts, strict=True)
            ]

        # Encoding megabytes of JSON takes a while: off the event loop, and before the transaction.
        return await asyncio.to_thread(prepare_all)

    async def _without_dangling_links(self, prepared: Sequence[Prepared]) -> Sequence[Prepared]:
        """Drop the links of chats to files that somebody removed since an earlier run."""
        rows = [row for one in prepared for row in one.rows]
        gone: set[tuple[str, object]] = set()
        for table, (column, needed) in _NEEDS.items():
            wanted = {str(row.values[column]) for row in rows if row.table == table}
            if wanted:
                there = await self._existing(needed, wanted)
                gone |= {(table, key) for key in wanted - there}
        if not gone:
            return prepared
        return [
            replace(one, rows=tuple(row for row in one.rows if not _dangles(row, gone)))
            for one in prepared
        ]

    async def _existing(self, kind: str, keys: Iterable[str]) -> set[str]:
        return await self._patiently(lambda: self._conflicts.existing(kind_named(kind), keys))

    async def _deliver(self, prepared: Sequence[Prepared]) -> list[Written]:
        """Commit the prepared together; where that fails, in halves, down to the one to blame."""
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
        inserts = list(
            statements(
                (row for one in prepared for row in one.rows),
                self._target.schema,
                self._target.dialect,
            )
        )
        entries = [entry_of(one.written) for one in prepared]
        entries += await self._entries_of_brought(prepared)

        async def commit() -> None:
            async with self._target.engine.begin() as connection:
                for statement, rows in inserts:
                    await connection.execute(statement, rows)
                await self._ledger.insert(connection, self._run_id, entries)

        await self._patiently(commit)

    async def _entries_of_brought(self, prepared: Sequence[Prepared]) -> list[LedgerValues]:
        """Entries for rows of other kinds that items bring along, where they are missing."""
        coming: defaultdict[str, dict[str, Item]] = defaultdict(dict)
        for item in (one.written.item for one in prepared if one.rows):
            for row in kind_of(item.row).brings(item.row):
                kind = kind_of(row)
                coming[kind.name].setdefault(kind.key_of(row), item)
        entries = []
        for name, items in coming.items():
            there = await self._existing(name, items)
            entries += [
                entry_of_brought(item, name, key) for key, item in items.items() if key not in there
            ]
        return entries

    async def _reject(self, one: Prepared, detail: str) -> Written:
        if not one.rows:
            raise AbortedError(f"The ledger does not take its own entries: {detail}")
        item = one.written.item
        # Somebody may have created the very account or prompt since we looked.
        (verdict,) = await self._settle([item])
        written = verdict or Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, detail)
        return (await self._deliver([Prepared(written)]))[0]

    async def _store(self, row: FileRow, open_blob: OpenBlob) -> Stored:
        tags = await self._tags(row)
        return await asyncio.to_thread(
            self._target.files.store, row.stored_name, row.id, open_blob, tags
        )

    async def _tags(self, row: FileRow) -> dict[str, str]:
        """The tags the app gives an upload (``routers/files.py: upload_file_handler``)."""
        known, tags = self._owner
        if known != row.user_id:
            user = self._target.schema.table("user")
            query = sa.select(user.c.email, user.c.name).where(user.c.id == row.user_id)
            async with self._target.read() as connection:
                found = (await connection.execute(query)).first()
            tags = {
                "OpenWebUI-User-Email": (found and found.email) or "",
                "OpenWebUI-User-Id": row.user_id,
                "OpenWebUI-User-Name": (found and found.name) or "",
            }
            self._owner = (row.user_id, tags)
        return {**tags, "OpenWebUI-File-Id": row.id}

    async def _patiently(self, action: Callable[[], Awaitable[T]]) -> T:
        return await patiently(action, patience=self._patience)


def _dangles(row: EncodedRow, gone: Container[tuple[str, object]]) -> bool:
    needs = _NEEDS.get(row.table)
    return needs is not None and (row.table, row.values[needs[0]]) in gone


def _replaced(account: Account, previous: Credentials) -> LedgerValues:
    return entry(
        "users",
        account.id,
        EntryState.REPLACED.value,
        target_kind="user",
        target_id=account.id,
        replaced=json.dumps({"password": previous.password}),
    )

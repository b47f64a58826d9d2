"""Writes items, files, passwords and notes of a run into Open WebUI and into the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.item import Item
from migrator_core.openwebui.catching_up.changes import apply
from migrator_core.openwebui.catching_up.leftovers import Brought
from migrator_core.openwebui.catching_up.remembering import Remembering
from migrator_core.openwebui.catching_up.taking_back import take_back
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.review import Update
from migrator_core.openwebui.database.parameters import in_portions
from migrator_core.openwebui.inventory import Account
from migrator_core.openwebui.ledger.ledger import Ledger
from migrator_core.openwebui.ledger.records import (
    BYTES,
    ROWS,
    LedgerValues,
    entry_of_notice,
    entry_of_outcome,
    entry_of_replaced,
)
from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.storage.faults import StorageError
from migrator_core.openwebui.storage.file_store import Stored
from migrator_core.openwebui.storage.reading import OpenBlob
from migrator_core.openwebui.writing.conflicts import Written, stages, those_there
from migrator_core.openwebui.writing.delivery import Delivery
from migrator_core.openwebui.writing.passwords import replace_password
from migrator_core.openwebui.writing.preparation import Preparation
from migrator_core.openwebui.writing.prepared import Prepared, load_context, prepare
from migrator_core.openwebui.writing.restoring import RESTORED, lost_path
from migrator_core.openwebui.writing.texts import text_of_known, texts_for, told, with_texts
from migrator_core.outcome import Notice, Outcome, Reason, State
from migrator_core.rows import FileRow


class Writer(Protocol):
    """Where a run's items go: into Open WebUI, or nowhere in a preview."""

    async def write(self, items: Sequence[Item]) -> list[Written]:
        """Write items in short transactions; the answers come in the same order.

        Raises:
            AbortedError: the database stays locked or is gone; running again is safe.
        """

    async def write_file(self, item: Item, open_blob: OpenBlob) -> Written:
        """Store a file's bytes, then write its row; bytes that are gone since come back."""

    async def needs_bytes(self, item: Item) -> bool:
        """Whether a file's bytes are needed to say what becomes of it, not only their number."""

    async def recognise(self, items: Sequence[Item]) -> list[Written | None]:
        """Where each of these items is, None for what is not there; nothing is compared."""

    async def look(self, item: Item) -> Written | None:
        """What is to be said of a file whose bytes the backup lacks, if an earlier run brought it.

        None where it is not there, or not there any more.
        """

    async def set_password(self, account: Account, password_hash: str) -> bool:
        """Give an existing account another password; False where nothing changes.

        An admin's password is never touched.
        """

    async def take_back(self, gone: Brought) -> None:
        """Take back the access that a run gave to something that the backup does not have now."""

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        """Note the fate of documents that have no row."""

    async def note(self, notices: Sequence[Notice]) -> None:
        """Note warnings."""


class LiveWriter:
    """Writes into Open WebUI and into the ledger, together or not at all."""

    def __init__(
        self, target: OpenWebUI, ledger: Ledger, run_id: str, *, workdir: Path | None = None
    ) -> None:
        """Write for a run that the ledger has opened, with a directory that goes with the run."""
        self._target = target
        self._ledger = ledger
        self._run_id = run_id
        self._delivery = Delivery(target, ledger, run_id)
        self._preparation = Preparation(target, ledger)
        self._context: MappingContext | None = None
        self._owner: tuple[str, dict[str, str]] = ("", {})
        self._texts = texts_for(target, workdir=workdir)

    def close(self) -> None:
        """End what was started to read documents."""
        self._texts.close()

    async def write(self, items: Sequence[Item]) -> list[Written]:
        """See :meth:`Writer.write`."""
        done: dict[int, Written] = {}
        for stage in stages(items):
            prepared = await self._prepare([items[place] for place in stage])
            done.update(zip(stage, await self._delivery.deliver(prepared), strict=True))
            await asyncio.sleep(0)
        return [done[place] for place in range(len(items))]

    async def write_file(self, item: Item, open_blob: OpenBlob) -> Written:
        """See :meth:`Writer.write_file`."""
        if not isinstance(item.row, FileRow):
            raise TypeError("only file rows have bytes")
        (verdict,) = await self._delivery.settle([item])
        if verdict is not None:
            return await self._known_file(item, verdict, open_blob)
        return await self._new_file(item, item.row, open_blob)

    async def _new_file(self, item: Item, row: FileRow, open_blob: OpenBlob) -> Written:
        context = await self._facts()
        trial = prepare(item, replace(context, path="not stored yet"), self._target.schema)
        if trial.written.state is State.FAILED:
            return await self._deliver(trial)
        try:
            stored = await self._store(row, open_blob)
        except StorageError as error:
            failed = Written(item, State.FAILED, Reason.STORAGE_ERROR, str(error))
            return await self._deliver(Prepared(failed))
        context = replace(context, path=stored.path)
        read = await self._texts.of(item, open_blob, {})
        written = await self._deliver(prepare(read.item, context, self._target.schema))
        if written.state is not State.MIGRATED:
            await self._target.storage.remove(stored)
        return told(written, read)

    async def needs_bytes(self, item: Item) -> bool:
        """See :meth:`Writer.needs_bytes`: they are not here, or not here any more."""
        (verdict,) = await self._delivery.settle([item])
        if verdict is None:
            return True
        lost = (
            await lost_path(self._target, self._ledger, item.row.id) if verdict.is_there else None
        )
        return lost is not None

    async def recognise(self, items: Sequence[Item]) -> list[Written | None]:
        """See :meth:`Writer.recognise`."""
        return await with_texts(self._ledger, those_there(await self._delivery.settle(items)))

    async def look(self, item: Item) -> Written | None:
        """See :meth:`Writer.look`."""
        (verdict,) = await self._delivery.settle([item])
        if verdict is None or not verdict.is_there:
            return None
        if await lost_path(self._target, self._ledger, item.row.id):
            return None
        read = await text_of_known(self._texts, self._ledger, item, None)
        return told(await self._deliver(await self._compared(read.item, verdict)), read)

    async def _known_file(self, item: Item, verdict: Written, open_blob: OpenBlob) -> Written:
        """A file that is there, or was removed; its bytes come back where they are gone."""
        blob = open_blob if verdict.is_there else None
        read = await text_of_known(self._texts, self._ledger, item, blob)
        prepared = await self._compared(read.item, verdict)
        row = item.row
        path = await lost_path(self._target, self._ledger, row.id) if verdict.is_there else None
        if path is None or not isinstance(row, FileRow):
            return told(await self._deliver(prepared), read)
        try:
            stored = await self._store(replace(row, stored_name=PurePath(path).name), open_blob)
        except StorageError as error:
            failed = Written(item, State.FAILED, Reason.STORAGE_ERROR, str(error))
            return await self._deliver(Prepared(failed))
        await self._note_restored(item, stored, [] if stored.path == path else [stored.path])
        written = told(await self._deliver(prepared), read)
        return replace(written, state=State.MIGRATED, reason=None, detail=RESTORED)

    async def _note_restored(self, item: Item, stored: Stored, moved_to: Sequence[str]) -> None:
        """Bytes that came back, perhaps to another place, and for an undo that they did."""
        moves = [Update("file", {"id": item.row.id}, {"path": path}) for path in moved_to]
        schema = self._target.schema

        async def change(connection: AsyncConnection) -> None:
            remembering = await Remembering.of(connection, moves, schema)
            await apply(connection, moves, schema)
            rows = [row.to_json() for row in await remembering.compared(connection)]
            replaced = {BYTES: stored.path, ROWS: rows}
            entry = entry_of_replaced(
                item.collection, item.source_id, "file", item.row.id, replaced
            )
            await self._ledger.insert(connection, self._run_id, [entry])

        if stored.created:
            await self._target.database.write(change)

    async def _compared(self, item: Item, verdict: Written) -> Prepared:
        context = replace(await self._facts(), path="where it is")
        (prepared,) = await self._preparation.prepare([item], [verdict], context)
        return prepared

    async def set_password(self, account: Account, password_hash: str) -> bool:
        """See :meth:`Writer.set_password`. The old hash goes into the ledger, for an undo."""

        async def change(connection: AsyncConnection) -> bool:
            schema = self._target.schema
            own = [Update("auth", {"id": account.id}, {})]
            remembering = await Remembering.of(connection, own, schema)
            if not await replace_password(connection, schema, account.id, password_hash):
                return False
            rows = [row.to_json() for row in await remembering.compared(connection)]
            entry = entry_of_replaced("users", account.id, "user", account.id, {ROWS: rows})
            await self._ledger.insert(connection, self._run_id, [entry])
            return True

        return await self._target.database.write(change)

    async def take_back(self, gone: Brought) -> None:
        """See :meth:`Writer.take_back`."""
        await take_back(self._target, self._ledger, self._run_id, gone)

    async def record(self, outcomes: Sequence[Outcome]) -> None:
        """See :meth:`Writer.record`."""
        await self._add([entry_of_outcome(outcome) for outcome in outcomes])

    async def note(self, notices: Sequence[Notice]) -> None:
        """See :meth:`Writer.note`."""
        await self._add([entry_of_notice(notice) for notice in notices])

    async def _add(self, entries: Sequence[LedgerValues]) -> None:
        for some in in_portions(entries):
            await self._ledger.add(self._run_id, some)

    async def _deliver(self, one: Prepared) -> Written:
        (written,) = await self._delivery.deliver([one])
        return written

    async def _facts(self) -> MappingContext:
        if self._context is None:
            self._context = await load_context(self._target)
        return self._context

    async def _prepare(self, items: Sequence[Item]) -> list[Prepared]:
        verdicts = await self._delivery.settle(items)
        return await self._preparation.prepare(items, verdicts, await self._facts())

    async def _store(self, row: FileRow, open_blob: OpenBlob) -> Stored:
        known, tags = self._owner
        if known != row.user_id:
            tags = await self._target.inventory.upload_tags(row.user_id)
            self._owner = (row.user_id, tags)
        tags = {**tags, "OpenWebUI-File-Id": row.id}
        return await self._target.storage.store(row.stored_name, row.id, open_blob, tags)

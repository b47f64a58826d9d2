"""Answers like the live writer, and writes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from migrator_core.item import Item
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.inventory import Account
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.storage.faults import StorageError
from migrator_core.openwebui.storage.reading import OpenBlob
from migrator_core.openwebui.writing.conflicts import (
    Conflicts,
    Seen,
    Written,
    stages,
    those_there,
)
from migrator_core.openwebui.writing.passwords import replaceable
from migrator_core.openwebui.writing.preparation import Preparation
from migrator_core.openwebui.writing.prepared import Prepared, load_context
from migrator_core.openwebui.writing.restoring import RESTORED, lost_path
from migrator_core.openwebui.writing.silent import SilentWriter
from migrator_core.openwebui.writing.texts import (
    text_of_known,
    text_of_new,
    texts_for,
    told,
    with_texts,
)
from migrator_core.outcome import Reason, State
from migrator_core.rows import FileRow


class PreviewWriter(SilentWriter):
    """A :class:`~migrator_core.openwebui.writing.writer.Writer` that only looks.

    Rows go through the same checks and the same encoding as in a run. Those that a later item of
    the same run may repeat or need are remembered.
    """

    def __init__(self, target: OpenWebUI) -> None:
        """Look at this target."""
        target.database.begun = True
        self._target = target
        self._ledger = LedgerReader(target)
        self._conflicts = Conflicts(target, self._ledger)
        self._preparation = Preparation(target, self._ledger)
        self._context: MappingContext | None = None
        self._seen = Seen()
        self._texts = texts_for(target, foresees=True)

    async def write(self, items: Sequence[Item]) -> list[Written]:
        """What a run would answer now."""
        done: dict[int, Written] = {}
        for stage in stages(items):
            prepared = await self._prepare([items[place] for place in stage], path=None)
            done.update(zip(stage, (one.written for one in prepared), strict=True))
            await asyncio.sleep(0)
        return [done[place] for place in range(len(items))]

    async def write_file(self, item: Item, open_blob: OpenBlob) -> Written:
        """What a run would answer; the bytes are read where they are text or the name is taken."""
        row = item.row
        if not isinstance(row, FileRow):
            raise TypeError("only file rows have bytes")
        read = await text_of_new(self._texts, self._ledger, item, open_blob)
        (one,) = await self._prepare([read.item], path="not stored")
        one = replace(one, written=told(one.written, read))
        if one.written.is_there and await lost_path(self._target, self._ledger, row.id):
            return replace(one.written, state=State.MIGRATED, reason=None, detail=RESTORED)
        if one.written.state is State.MIGRATED and not one.written.updated:
            try:
                await self._target.storage.check(row.stored_name, open_blob)
            except StorageError as error:
                return Written(item, State.FAILED, Reason.STORAGE_ERROR, str(error))
        return one.written

    async def needs_bytes(self, item: Item) -> bool:  # noqa: ARG002 - of a preview, never
        """Never: a preview fetches nothing."""
        return False

    async def recognise(self, items: Sequence[Item]) -> list[Written | None]:
        """What a run would answer."""
        found = those_there(await self._conflicts.settle(items, self._seen))
        return await with_texts(self._ledger, found)

    async def look(self, item: Item) -> Written | None:
        """What a run would answer."""
        (verdict,) = await self._conflicts.settle([item], self._seen)
        if verdict is None or not verdict.is_there:
            return None
        if await lost_path(self._target, self._ledger, item.row.id):
            return None
        read = await text_of_known(self._texts, self._ledger, item, None)
        (one,) = await self._prepare([read.item], path="where it is")
        return told(one.written, read)

    async def set_password(self, account: Account, password_hash: str) -> bool:
        """Whether a run would change the password."""
        schema = self._target.schema
        present = await self._target.database.read(
            lambda connection: replaceable(connection, schema, account.id, password_hash)
        )
        return present is not None

    async def _prepare(self, items: Sequence[Item], *, path: str | None) -> list[Prepared]:
        if self._context is None:
            self._context = await load_context(self._target)
        context = replace(self._context, path=path)
        verdicts = await self._conflicts.settle(items, self._seen)
        prepared = await self._preparation.prepare(items, verdicts, context)
        for one in prepared:
            self._seen.note(one.written)
        return prepared

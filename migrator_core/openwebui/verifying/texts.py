"""The texts of files as a verification expects them, with a ledger and without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa

from migrator_core.item import Item, Reading
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.text import KNOWN
from migrator_core.openwebui.storage.reading import OpenBlob
from migrator_core.openwebui.texts.reading import FORESEEN, Read
from migrator_core.openwebui.verifying.memory import Memory
from migrator_core.openwebui.writing.conflicts import Written
from migrator_core.openwebui.writing.texts import is_unread, text_of_known, texts_for, with_texts
from migrator_core.rows import FileRow


class ExpectedTexts:
    """What runs made of files. Without a ledger the bytes tell it, where they are text.

    What a loader would read is not read for a comparison: without a ledger, what is there counts.
    """

    def __init__(self, target: OpenWebUI, memory: Memory) -> None:
        self._target = target
        self._memory = memory
        self._texts = texts_for(target, foresees=True)

    async def of(self, item: Item, open_blob: OpenBlob) -> Read:
        """An item with the text that is to be there."""
        row = item.row
        if not isinstance(row, FileRow) or row.data or await self._memory.exists():
            return await text_of_known(self._texts, self._memory, item, open_blob)
        if item.reads in {Reading.LOADER, Reading.UNWANTED}:
            whatever = replace(item, row=replace(row, data={KNOWN: FORESEEN}))
            return Read(whatever, await self._length(row.id))
        return await self._texts.of(item, open_blob, {})

    async def of_known(self, found: Sequence[Written | None]) -> list[Written | None]:
        """Files that are there, with the length of their texts."""
        if await self._memory.exists():
            return await with_texts(self._memory, found)
        return [
            replace(one, characters=await self._length(one.target_id))
            if one is not None and is_unread(one)
            else one
            for one in found
        ]

    async def _length(self, file_id: str | None) -> int:
        file = self._target.schema.table("file")
        query = sa.select(file.c.data).where(file.c.id == file_id)
        for (data,) in await self._target.database.rows(query):
            content = data.get("content") if isinstance(data, dict) else None
            return len(content) if isinstance(content, str) else 0
        return 0

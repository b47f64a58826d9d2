"""What writers say of the texts of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from migrator_core.item import Item, Reading
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.digests import Digests
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.storage.reading import OpenBlob
from migrator_core.openwebui.texts.reading import Read, Texts, characters_of
from migrator_core.openwebui.writing.conflicts import Written
from migrator_core.rows import FileRow


def texts_for(target: OpenWebUI, *, foresees: bool = False, workdir: Path | None = None) -> Texts:
    """A reader of texts that ends when the run is stopped."""

    def stopped() -> bool:
        stop = target.database.stop
        return stop is not None and stop.is_set()

    return Texts(stopped, foresees=foresees, work=workdir)


async def text_of_known(
    texts: Texts, ledger: LedgerReader, item: Item, open_blob: OpenBlob | None
) -> Read:
    """The text of a file that is there, read where the row is one that a run of ours made."""
    if item.reads is Reading.NOTHING:
        return Read(item)
    key = item.row.id if isinstance(item.row, FileRow) else ""
    known = await ledger.written("file", [key])
    return await texts.of(item, open_blob if key in known else None, known.get(key) or {})


async def text_of_new(texts: Texts, ledger: LedgerReader, item: Item, open_blob: OpenBlob) -> Read:
    """The text of a file that may be there or not."""
    known: Digests | None = None
    if item.reads is not Reading.NOTHING and isinstance(item.row, FileRow):
        known = (await ledger.written("file", [item.row.id])).get(item.row.id)
    return await texts.of(item, open_blob, known or {})


def told(written: Written, read: Read) -> Written:
    """What became of an item, with what is to be said of its text."""
    if not written.is_there:
        return written
    return replace(written, characters=read.characters, notices=read.notices)


async def with_texts(ledger: LedgerReader, found: Sequence[Written | None]) -> list[Written | None]:
    """Of files that are there, how long the texts are that runs made of them."""
    files = [one.target_id for one in found if one is not None and is_unread(one)]
    known = await ledger.written("file", [name for name in files if name])
    return [
        replace(one, characters=characters_of(known.get(one.target_id or "") or {}))
        if one is not None and is_unread(one)
        else one
        for one in found
    ]


def is_unread(written: Written) -> bool:
    """Whether what was written is a document whose row does not tell its text."""
    row = written.item.row
    read = written.item.reads is not Reading.NOTHING
    return read and isinstance(row, FileRow) and not row.data

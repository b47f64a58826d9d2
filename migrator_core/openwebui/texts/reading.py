"""The text of a file on its way: read once, and known from then on by what it was made of."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from migrator_core.item import Item, Reading
from migrator_core.openwebui.contents.digests import MADE_OF, Digests, digest
from migrator_core.openwebui.contents.text import KNOWN, TEXT
from migrator_core.openwebui.storage.faults import StorageError
from migrator_core.openwebui.storage.reading import OpenBlob, reading
from migrator_core.openwebui.texts.child import NoTextError
from migrator_core.openwebui.texts.decoding import clean, decode
from migrator_core.openwebui.texts.loaders import Loaders
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import FileRow

PLAIN_BYTES = 10_000_000
LOADED_BYTES = 50_000_000

FORESEEN = "?"
"""The digest of a text that a run will read, and a preview does not."""

_RULES = 1
"""Counts what would give other texts of the same bytes: then a later run reads them again."""

_CHUNK = 1024 * 1024
_ENDING = re.compile(r"\.[a-z0-9]{1,8}$")


@dataclass(frozen=True, slots=True)
class Read:
    """An item with its text, or with what is known of it.

    ``characters`` is the length of the text, None where the row itself tells.
    """

    item: Item
    characters: int | None = None
    notices: tuple[Notice, ...] = ()


class Texts:
    """Reads the texts of files, one at a time. What ``foresees`` starts no loader."""

    def __init__(
        self, stopped: Callable[[], bool], *, foresees: bool = False, work: Path | None = None
    ) -> None:
        self._stopped = stopped
        self._foresees = foresees
        self._loaders = Loaders(stopped, work=work)

    def close(self) -> None:
        """End what was started."""
        self._loaders.close()

    async def of(self, item: Item, open_blob: OpenBlob | None, known: Digests) -> Read:
        """The item with its text; ``known`` is what the ledger says of it.

        What an earlier run made of the same bytes is not made again.
        """
        row = item.row
        if not isinstance(row, FileRow) or row.data or item.reads is Reading.NOTHING:
            return Read(item)
        made_of = _source(row, item.reads)
        before, _, _ = known.get(MADE_OF, "").partition("/")
        if item.reads is Reading.UNWANTED or open_blob is None or before == made_of:
            return _as_known(item, row, known)
        if self._foresees and item.reads is Reading.LOADER:
            return Read(_with(item, row, {KNOWN: FORESEEN}), 1)
        try:
            text = await asyncio.to_thread(self._read, row, item.reads, open_blob)
        except NoTextError as error:
            return self._without(item, row, known, error, made_of)
        done = _with(item, row, {"status": "completed", "content": text})
        return Read(replace(done, source=f"{made_of}/{len(text)}"), len(text))

    def _without(
        self, item: Item, row: FileRow, known: Digests, error: NoTextError, made_of: str
    ) -> Read:
        """A document that gave no text; one that an earlier run got stays."""
        read = _as_known(item, row, known)
        if self._stopped():
            return read
        detail = f"file {row.filename}: its text was not read: {error}"
        notices = (Notice(WarningCode.TEXT_NOT_READ, detail),)
        if error.lasts:
            item = replace(read.item, source=f"{made_of}/{read.characters or 0}")
            return replace(read, item=item, notices=notices)
        return replace(read, notices=notices)

    def _read(self, row: FileRow, reads: Reading, open_blob: OpenBlob) -> str:
        try:
            with reading(open_blob) as blob:
                plain = reads is Reading.PLAIN
                text = _plain(blob) if plain else self._load(row, blob)
        except (OSError, StorageError) as error:
            raise NoTextError(str(error), lasts=False) from error
        if text is None:
            raise NoTextError("its bytes are no text")
        text = clean(text)
        if not text.strip():
            raise NoTextError("there is none in it")
        return text

    def _load(self, row: FileRow, blob: BinaryIO) -> str:
        ending = _ENDING.search(row.filename.lower())
        path = self._loaders.place / f"document{ending[0] if ending else ''}"
        try:
            _copy(blob, path)
            return self._loaders.read(path, row.filename, str(row.meta.get("content_type") or ""))
        finally:
            path.unlink(missing_ok=True)


def _as_known(item: Item, row: FileRow, known: Digests) -> Read:
    text = known.get(TEXT)
    return Read(item if text is None else _with(item, row, {KNOWN: text}), characters_of(known))


def characters_of(known: Digests) -> int:
    """How long a text is that a run made; of one that LibreChat had, only that there is one."""
    if TEXT not in known:
        return 0
    _, _, length = known.get(MADE_OF, "").partition("/")
    return int(length) if length.isdecimal() else 1


def _with(item: Item, row: FileRow, data: dict[str, object]) -> Item:
    return replace(item, row=replace(row, data=data))


def _source(row: FileRow, reads: Reading) -> str:
    return digest([row.meta.get("file_hash"), reads.name, row.filename, _RULES])


def _plain(blob: BinaryIO) -> str | None:
    content = blob.read(PLAIN_BYTES + 1)
    if len(content) > PLAIN_BYTES:
        raise NoTextError(f"it has more than {PLAIN_BYTES:,} bytes")
    return decode(content)


def _copy(blob: BinaryIO, path: Path) -> None:
    size = 0
    with path.open("wb") as copy:
        while chunk := blob.read(_CHUNK):
            size += len(chunk)
            if size > LOADED_BYTES:
                raise NoTextError(f"it has more than {LOADED_BYTES:,} bytes")
            copy.write(chunk)

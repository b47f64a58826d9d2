"""mongodump archives: many collections, interleaved in one stream, taken apart in one pass.

Format: mongo-tools (Apache-2.0), ``mongodump --archive``, archive version 0.1. After a magic number
come a header document and one metadata document per collection, then blocks: a namespace header
(``db``, ``collection``, ``EOF``, ``CRC``), documents, and four 0xff bytes. A header with ``EOF``
ends a collection and carries a CRC-64/XZ over all its documents.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from migrator_core.librechat.collection import NoticeLog, UndecodableError
from migrator_core.librechat.collection_names import is_ignored_collection
from migrator_core.librechat.containers.bson_documents import (
    MIN_DOCUMENT,
    BsonDecoder,
    document_length,
)
from migrator_core.librechat.containers.compressed import DAMAGED, Compression, GuardedStream
from migrator_core.librechat.containers.spool import SpoolWriter, Workspace
from migrator_core.librechat.limits import KIB, MIB

MAGIC: Final = bytes.fromhex("6de29981")
_TERMINATOR: Final = b"\xff\xff\xff\xff"
_BUFFER: Final = MIB
_MAX_NAMESPACES: Final = 10_000


class _DamagedError(Exception):
    """The stream cannot be read any further; ``str()`` says why."""


class Crc64Check:
    """Verifies a CRC-64/XZ at the speed of C, which Python's library offers only inside ``lzma``.

    The data is presented to the decompressor as an ``.xz`` stream of uncompressed chunks with the
    expected checksum at its end: it complains exactly when the checksum is wrong. (Computed in
    Python, it would be by far the slowest part of reading an archive.)
    Format: "The .xz File Format" 1.2.1, and the uncompressed chunks of LZMA2.
    """

    _CHUNK: Final = 64 * KIB

    def __init__(self) -> None:
        flags = b"\x00\x04"  # check: CRC-64
        block = bytes([2, 0, 0x21, 1, 0, 0, 0, 0])  # 12 bytes, LZMA2, smallest dictionary
        self._stream = lzma.LZMADecompressor(format=lzma.FORMAT_XZ)
        self._stream.decompress(b"\xfd7zXZ\x00" + flags + struct.pack("<I", zlib.crc32(flags)))
        self._stream.decompress(block + struct.pack("<I", zlib.crc32(block)))
        self._control = 1  # the first chunk resets the dictionary
        self._length = len(block) + 4

    def update(self, data: bytes) -> None:
        """Take in more data."""
        for start in range(0, len(data), self._CHUNK):
            chunk = data[start : start + self._CHUNK]
            head = struct.pack(">BH", self._control, len(chunk) - 1)
            self._stream.decompress(head + chunk)
            self._control = 2
            self._length += 3 + len(chunk)

    def matches(self, expected: int) -> bool:
        """Whether ``expected`` (signed, as the archive stores it) is right; call it last."""
        padding = bytes(-(self._length + 1) % 4)
        check = (expected & (1 << 64) - 1).to_bytes(8, "little")
        try:
            self._stream.decompress(b"\x00" + padding + check)
        except lzma.LZMAError:
            return False
        return True


class _Input:
    """Exact reads from the stream through a buffer."""

    def __init__(self, stream: GuardedStream) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        """Exactly ``count`` bytes, fewer at the end of a stream that was cut off."""
        while len(self._buffer) - self._at < count:
            try:
                block = self._stream.read(max(_BUFFER, count))
            except DAMAGED as error:
                raise _DamagedError(f"the compressed data is damaged ({error})") from None
            if not block:
                break
            self._buffer = self._buffer[self._at :] + block
            self._at = 0
        data = self._buffer[self._at : self._at + count]
        self._at += len(data)
        return data


class _Parser:
    """Reads documents and terminators one after the other."""

    def __init__(self, stream: GuardedStream, decoder: BsonDecoder, limit: int) -> None:
        self._input = _Input(stream)
        self._decoder = decoder
        self._limit = limit

    def magic(self) -> bool:
        return self._input.take(4) == MAGIC

    def document(self) -> bytes | None:
        """The next document, or None at a terminator. At a clean end of the stream: empty."""
        head = self._input.take(4)
        if head == _TERMINATOR:
            return None
        if not head:
            return b""
        length = document_length(head) if len(head) == 4 else 0
        if not MIN_DOCUMENT <= length <= self._limit:
            raise _DamagedError(f"a length field says {length} bytes, which no document has")
        raw = head + self._input.take(length - 4)
        if len(raw) < length:
            raise _CutOffError(raw)
        return raw

    def header(self) -> dict[str, Any] | None:
        """A namespace header, or None at a clean end."""
        raw = self.document()
        if raw is None:
            raise _DamagedError("a block has no header")
        if not raw:
            return None
        return self.decoded(raw)

    def decoded(self, raw: bytes) -> dict[str, Any]:
        try:
            return self._decoder.decode(raw)
        except UndecodableError as error:
            raise _DamagedError(f"a header is damaged: {error}") from None


class _CutOffError(_DamagedError):
    def __init__(self, rest: bytes) -> None:
        super().__init__("the archive ends in the middle of a document")
        self.rest = rest


@dataclass(frozen=True, slots=True)
class Prelude:
    """What an archive says about itself: database → names of its collections."""

    databases: dict[str, frozenset[str]]


def read_prelude(stream: GuardedStream, decoder: BsonDecoder, limit: int) -> Prelude | None:
    """The databases in an archive, or None when it is too damaged to tell."""
    try:
        return _prelude(_Parser(stream, decoder, limit))
    except _DamagedError:
        return None


def _prelude(parser: _Parser) -> Prelude:
    if not parser.magic():
        raise _DamagedError("it does not begin as a mongodump archive does")
    databases: dict[str, set[str]] = {}
    parser.document()  # versions of the server and the tool
    count = 0
    while raw := parser.document():
        count += 1
        if count > _MAX_NAMESPACES:
            raise _DamagedError(f"it lists more than {_MAX_NAMESPACES} collections")
        metadata = parser.decoded(raw)
        names = databases.setdefault(str(metadata.get("db")), set())
        if metadata.get("type") != "view":
            names.add(str(metadata.get("collection")))
    return Prelude({name: frozenset(found) for name, found in databases.items()})


@dataclass(slots=True)
class _Part:
    """One collection on its way to a file of its own."""

    writer: SpoolWriter
    crc: Crc64Check = field(default_factory=Crc64Check)
    ended: bool = False


class ArchiveSplitter:
    """Takes one database of an archive apart into plain ``.bson`` files of the work directory."""

    def __init__(
        self, label: str, database: str, workspace: Workspace, decoder: BsonDecoder,
        notices: NoticeLog,
    ) -> None:  # fmt: skip
        self._label = label
        self._database = database
        self._workspace = workspace
        self._decoder = decoder
        self._notices = notices
        self._parts: dict[str, _Part] = {}
        self._current: _Part | None = None

    def split(self, path: Path, compression: Compression) -> dict[str, Path]:
        """Collection name → its file. Damage ends the reading with a notice, not with an error.

        Raises:
            CannotStartError: the disk is full, or the archive is a decompression bomb.
        """
        limits = self._workspace.limits
        with GuardedStream(path, compression, limits, self._label) as stream:
            parser = _Parser(stream, self._decoder, limits.bson_document)
            try:
                for name in sorted(_prelude(parser).databases.get(self._database, ())):
                    self._part(name)
                self._blocks(parser)
            except _DamagedError as error:
                self._cut_off(error)
            finally:
                for part in self._parts.values():
                    part.writer.close()
        return {name: part.writer.path for name, part in self._parts.items()}

    def _part(self, name: str) -> _Part | None:
        if is_ignored_collection(name):
            return None
        if name not in self._parts:
            if len(self._parts) >= _MAX_NAMESPACES:
                raise _DamagedError(f"it holds more than {_MAX_NAMESPACES} collections")
            what = f"{self._label}, taken apart by collection,"
            path = self._workspace.new_path(".bson")
            self._parts[name] = _Part(SpoolWriter(self._workspace, path, what))
        return self._parts[name]

    def _blocks(self, parser: _Parser) -> None:
        while (header := parser.header()) is not None:
            mine = header.get("db") == self._database
            self._current = self._part(str(header.get("collection"))) if mine else None
            if header.get("EOF") is True and self._current is not None:
                self._end(self._current, str(header.get("collection")), header.get("CRC"))
            for raw in self._documents(parser):
                if self._current is not None:
                    self._current.writer.write(raw)
                    self._current.crc.update(raw)
            self._current = None
        unfinished = [name for name, part in self._parts.items() if not part.ended]
        if unfinished:
            raise _DamagedError("the archive ends before the end of its collections")

    def _documents(self, parser: _Parser) -> Iterator[bytes]:
        while (raw := parser.document()) is not None:
            if not raw:
                raise _DamagedError("the archive ends in the middle of a block")
            yield raw

    def _end(self, part: _Part, name: str, crc: object) -> None:
        part.ended = True
        if not isinstance(crc, int) or not part.crc.matches(crc):
            self._notices.damaged(
                f"{self._label}: the checksum of the collection {name} is wrong; its documents "
                "were read as they are."
            )

    def _cut_off(self, error: _DamagedError) -> None:
        if self._current is not None and isinstance(error, _CutOffError):
            # The broken rest is kept, so that it is counted as the unreadable document it is.
            self._current.writer.write(error.rest)
        names = sorted(name for name, part in self._parts.items() if not part.ended)
        self._notices.damaged(
            f"{self._label} is damaged or incomplete: {error}. What came before was used; "
            f"documents may be missing from: {', '.join(names[:40]) or 'no collection'}."
        )

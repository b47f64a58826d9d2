"""mongodump archives as a stream: what is in them, and their documents one after the other.

Format: mongo-tools (Apache-2.0), ``mongodump --archive``, archive version 0.1. After a magic number
come a header document and one metadata document per collection, then blocks: a namespace header
(``db``, ``collection``, ``EOF``, ``CRC``), documents, and four 0xff bytes. A header with ``EOF``
ends a collection and carries a CRC-64/XZ over all its documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from migrator_core.librechat.collection import UndecodableError
from migrator_core.librechat.containers.bson_documents import (
    MIN_DOCUMENT,
    BsonDecoder,
    document_length,
)
from migrator_core.librechat.containers.compressed import DAMAGED, GuardedStream
from migrator_core.librechat.limits import MIB

MAGIC: Final = bytes.fromhex("6de29981")
_TERMINATOR: Final = b"\xff\xff\xff\xff"
_NEXT_BLOCK: Final = re.compile(rb"\xff\xff\xff\xff(?=..\x00\x00\x02db\x00)", re.DOTALL)
_NEXT_BLOCK_LENGTH: Final = 12
_BUFFER: Final = MIB
MAX_NAMESPACES: Final = 10_000

Databases = Mapping[str, frozenset[str]]
"""Database → names of its collections."""


class ArchiveDamagedError(Exception):
    """The stream cannot be read any further from here; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """A collection of a database."""

    database: str
    collection: str


@dataclass(frozen=True, slots=True)
class Begin:
    """Documents of this collection follow."""

    namespace: Namespace


@dataclass(frozen=True, slots=True)
class End:
    """All documents of this collection have come; ``crc`` is what the archive says of them."""

    namespace: Namespace
    crc: object


@dataclass(frozen=True, slots=True)
class Damage:
    """The stream is broken here. What was passed over follows as :class:`Salvage`."""

    why: str


@dataclass(frozen=True, slots=True)
class Salvage:
    """Bytes of the block that broke, in which whole documents may still be found."""

    data: bytes


class _Input:
    """Exact reads from the stream through a buffer."""

    def __init__(self, stream: GuardedStream) -> None:
        self._stream = stream
        self._buffer = b""
        self._at = 0
        self.failure: str | None = None

    def take(self, count: int) -> bytes:
        """Exactly ``count`` bytes, fewer at the end of a stream that was cut off."""
        while len(self._buffer) - self._at < count and self._more(count):
            pass
        data = self._buffer[self._at : self._at + count]
        self._at += len(data)
        return data

    def give_back(self, data: bytes) -> None:
        """These bytes come again."""
        self._buffer = data + self._buffer[self._at :]
        self._at = 0

    def up_to(self, pattern: re.Pattern[bytes], longest: int) -> Iterator[bytes]:
        """What comes before the pattern, or everything where it does not come."""
        while True:
            found = pattern.search(self._buffer, self._at)
            end = found.start() if found else max(self._at, len(self._buffer) - longest)
            yield self._buffer[self._at : end]
            self._at = end
            if found:
                return
            if not self._more(_BUFFER):
                yield self.take(longest)
                return

    def _more(self, count: int) -> bool:
        try:
            block = self._stream.read(max(_BUFFER, count))
        except DAMAGED as error:
            self.failure = f"the compressed data is damaged ({error})"
            return False
        self._buffer = self._buffer[self._at :] + block
        self._at = 0
        return bool(block)


class ArchiveStream:
    """One pass over an archive: :meth:`prelude` first, then :meth:`events`."""

    def __init__(self, stream: GuardedStream, decoder: BsonDecoder, limit: int) -> None:
        self._input = _Input(stream)
        self._decoder = decoder
        self._limit = limit

    def prelude(self) -> Databases:
        """What the archive says it holds, views left out.

        Raises:
            ArchiveDamagedError: it is too damaged to tell.
        """
        if self._input.take(4) != MAGIC:
            raise ArchiveDamagedError("it does not begin as a mongodump archive does")
        databases: dict[str, set[str]] = {}
        self._document()  # versions of the server and the tool
        count = 0
        while (raw := self._document()) is not None:
            count += 1
            if not raw or count > MAX_NAMESPACES:
                raise ArchiveDamagedError("its list of collections has no end")
            metadata = self._decoded(raw)
            names = databases.setdefault(str(metadata.get("db")), set())
            if metadata.get("type") != "view":
                names.add(str(metadata.get("collection")))
        return {name: frozenset(found) for name, found in databases.items()}

    def events(self) -> Iterator[Begin | End | Damage | Salvage | bytes]:
        """Beginnings of blocks, their documents, and ends of collections, in file order.

        Behind damage it goes on at the next block, if there is one.
        """
        while True:
            inside = False
            try:
                header = self._header()
                if header is None:
                    return
                inside = True
                namespace = Namespace(str(header.get("db")), str(header.get("collection")))
                if header.get("EOF") is True:
                    yield End(namespace, header.get("CRC"))
                else:
                    yield Begin(namespace)
                yield from self._documents()
            except ArchiveDamagedError as error:
                yield Damage(self._input.failure or str(error))
                for data in self._input.up_to(_NEXT_BLOCK, _NEXT_BLOCK_LENGTH):
                    if inside:  # else nobody knows whose it is
                        yield Salvage(data)
                if not self._input.take(len(_TERMINATOR)):
                    return

    def _documents(self) -> Iterator[bytes]:
        while (raw := self._document()) is not None:
            if not raw:
                raise ArchiveDamagedError("it ends in the middle of a block")
            yield raw

    def _document(self) -> bytes | None:
        """The next document, or None at a terminator. At a clean end of the stream: empty."""
        head = self._input.take(4)
        if head == _TERMINATOR:
            return None
        if not head and self._input.failure is None:
            return b""
        length = document_length(head) if len(head) == 4 else 0
        if not MIN_DOCUMENT <= length <= self._limit:
            self._input.give_back(head)
            raise ArchiveDamagedError(f"a length field says {length} bytes, which no document has")
        raw = head + self._input.take(length - 4)
        if len(raw) < length:
            self._input.give_back(raw)
            raise ArchiveDamagedError("it ends in the middle of a document")
        return raw

    def _header(self) -> dict[str, Any] | None:
        """A namespace header, or None at a clean end."""
        raw = self._document()
        if raw is None:
            raise ArchiveDamagedError("a block has no header")
        return self._decoded(raw) if raw else None

    def _decoded(self, raw: bytes) -> dict[str, Any]:
        try:
            return self._decoder.decode(raw)
        except UndecodableError as error:
            raise ArchiveDamagedError(f"a header is damaged: {error}") from None

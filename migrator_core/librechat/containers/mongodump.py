"""Collections of a mongodump: BSON documents, one behind the other.

Format: mongo-tools (Apache-2.0), ``mongodump``; framing as in bsonspec.org: every document begins
with its own length (32-bit little-endian) and ends with a NUL.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from migrator_core.librechat.collection import Decoder, NoticeLog, RawDocument, UndecodableError
from migrator_core.librechat.containers.bson_documents import (
    MIN_DOCUMENT,
    BsonDecoder,
    document_length,
    guess_bson_id,
)
from migrator_core.librechat.containers.recovery import Budget, Likeness, first_whole, occurrences
from migrator_core.librechat.limits import MIB, Limits
from migrator_core.librechat.regular_files import RandomAccess, file_size, open_regular

_ID_FIELD = re.compile(rb"[\x07\x02]_id\x00")  # ObjectId or string: MongoDB stores it first


class BsonReader:
    """Reads one plain ``.bson`` file. ``label`` names it in notices."""

    def __init__(
        self, path: Path, label: str, decoder: BsonDecoder, limits: Limits, notices: NoticeLog
    ) -> None:
        self._path = path
        self._label = label
        self._decoder = decoder
        self._limit = limits.bson_document
        self._notices = notices
        self._random = RandomAccess(path)
        self.size = path.lstat().st_size

    @property
    def decoder(self) -> Decoder:
        """Decodes one document in another process."""
        return self._decoder.decode

    def raw_documents(self) -> Iterator[RawDocument]:
        """All documents; behind damage it goes on at the next whole document, if there is one."""
        likeness = Likeness()
        with open_regular(self._path) as file:
            budget = Budget(file_size(file))
            offset, place = 0, 0
            while offset < self.size:
                place += 1
                found = self._framed(file, place, offset)
                if found.raw is not None:
                    self._learn(likeness, found.raw)
                    yield found
                    offset += found.length
                    continue
                following = self._resume(file, offset, likeness, budget)
                self._report(found, following)
                yield found
                if following is None:
                    return
                offset = following
                file.seek(offset)

    def _framed(self, file: BinaryIO, place: int, offset: int) -> RawDocument:
        head = file.read(4)
        left = self.size - offset
        length = document_length(head) if len(head) == 4 else 0
        problem = None
        if len(head) < 4:
            problem = "the file ends in the middle of its length"
        elif not MIN_DOCUMENT <= length <= self._limit:
            problem = f"its length field says {length} bytes, which no document has"
        elif length > left:
            problem = f"it should have {length} bytes, but the file ends after {left}"
        raw = head + file.read(length - 4 if problem is None else 17)
        if problem is None:
            if len(raw) == length and raw[-1] == 0:
                return RawDocument(place, offset, length, raw)
            problem = "it does not end where its length field says"
        return RawDocument(place, offset, 0, None, problem, guess_bson_id(raw))

    def _learn(self, likeness: Likeness, raw: bytes) -> None:
        if likeness.known:
            return
        try:
            likeness.learn(self._decoder.decode(raw))
        except UndecodableError:
            return

    def _resume(
        self, file: BinaryIO, damage: int, likeness: Likeness, budget: Budget
    ) -> int | None:
        def read(place: int) -> tuple[bytes | None, int]:
            file.seek(place)
            length = document_length(file.read(4).ljust(4, b"\x00"))
            if not MIN_DOCUMENT <= length <= min(self._limit, self.size - place):
                return None, MIB  # what the file's buffer reads
            file.seek(place)
            raw = file.read(length)
            return (raw if raw[-1:] == b"\x00" else None), max(length, MIB // 16)

        # A document begins four bytes (its length) before the type of its first element.
        places = (
            place - 4
            for place in occurrences(file, damage + 5, self.size, _ID_FIELD)
            if place - 4 > damage
        )
        return first_whole(places, read, self._decoder.decode, likeness, budget)

    def _report(self, found: RawDocument, following: int | None) -> None:
        then = (
            "nothing behind it could be read"
            if following is None
            else f"{_size(following - found.offset)} were passed over up to the next whole document"
        )
        self._notices.damaged(
            f"{self._label} is damaged at byte {found.offset} (document {found.place}): "
            f"{found.problem}; {then}."
        )

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes of one document."""
        return self._random.read_at(offset, length)

    def decode(self, raw: bytes) -> dict[str, Any]:
        """The normalised values of one document."""
        return self._decoder.decode(raw)

    def decode_fields(self, raw: bytes, names: Collection[str]) -> dict[str, Any]:  # noqa: ARG002
        """All of them: most of the time goes into finding where they are."""
        return self._decoder.decode(raw)

    def guess_id(self, raw: bytes) -> str | None:
        """The ``_id`` a damaged document begins with."""
        return guess_bson_id(raw)

    def close(self) -> None:
        """Close what is open."""
        self._random.close()


def _size(count: int) -> str:
    return f"{count} bytes" if count < MIB else f"{count / MIB:.1f} MiB"

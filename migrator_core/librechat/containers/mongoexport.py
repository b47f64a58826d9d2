"""Collections of a mongoexport: Extended JSON, one document a line.

Format: mongo-tools (Apache-2.0), ``mongoexport``. Lines are read where they lie. Every other form
(``--jsonArray``, ``--pretty``, MongoDB Compass, UTF-16 of a PowerShell redirect) is rewritten as
lines into the work directory first, by :mod:`migrator_core.librechat.containers.json_forms`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from migrator_core.librechat.collection import Decoder, NoticeLog, RawDocument
from migrator_core.librechat.containers.extended_json import (
    BOM,
    decode_json,
    decode_json_fields,
    guess_json_id,
)
from migrator_core.librechat.containers.json_text import LOG_LINE, noise_in_front
from migrator_core.librechat.limits import KIB, MIB, Limits
from migrator_core.librechat.regular_files import RandomAccess, open_regular

PROBLEM_LINE: Final = b"!"
"""Begins a line of a rewritten file that stands for a document which could not be kept."""

_BLOCK = 8 * MIB


class JsonLinesReader:
    """Reads one file of JSON lines in UTF-8. ``label`` names it in notices.

    ``rewritten`` says that the file is this tool's own, with problem lines in it.
    """

    def __init__(
        self,
        path: Path,
        label: str,
        limits: Limits,
        notices: NoticeLog,
        *,
        rewritten: bool = False,
    ) -> None:
        self._path = path
        self._label = label
        # A rewritten document may grow: U+FFFD for one bad byte takes three.
        self._limit = limits.json_document * (4 if rewritten else 1)
        self._notices = notices
        self._rewritten = rewritten
        self._random = RandomAccess(path)
        self.size = path.lstat().st_size

    @property
    def decoder(self) -> Decoder:
        """Decodes one document in another process."""
        return decode_json

    def raw_documents(self) -> Iterator[RawDocument]:
        """All documents; a line that is none does not touch its neighbours."""
        with open_regular(self._path) as file:
            # In a file of our own the first line may stand for a document that was damaged.
            noise = 0 if self._rewritten else pass_over_noise(file, self._label, self._notices)
            offset, place = noise, 0
            while line := file.readline(self._limit + 1):
                length = len(line)
                whole = line.endswith(b"\n")
                too_long = length > self._limit and not whole
                if too_long:
                    length += _skip_line(file)
                if line[:1] == b"{" or not self._is_nothing(line):
                    place += 1
                    yield self._found(line, place, offset, length, too_long=too_long)
                    if not whole and not too_long:
                        self._check_end(line)
                offset += length

    def _found(
        self, line: bytes, place: int, offset: int, length: int, *, too_long: bool
    ) -> RawDocument:
        if too_long:
            problem = f"it is larger than {self._limit // MIB} MiB"
            return RawDocument(place, offset, length, None, problem, guess_json_id(line[:256]))
        if self._rewritten and line.startswith(PROBLEM_LINE):
            problem = line[1:].decode(errors="replace").strip()
            return RawDocument(place, offset, length, None, problem)
        return RawDocument(place, offset, length, line)

    def _is_nothing(self, line: bytes) -> bool:
        text = line[:256].removeprefix(BOM).strip()
        if LOG_LINE.match(text):
            self._notices.oddity(
                f"{self._label} holds messages of mongoexport itself between the documents; "
                "they were passed over."
            )
            return True
        return not text and not line.strip(b" \t\r\n\x0b\x0c\xef\xbb\xbf")

    def _check_end(self, line: bytes) -> None:
        if not line.rstrip().endswith(b"}"):
            self._notices.damaged(
                f"{self._label} ends in the middle of a document: the export was cut off."
            )

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes of one document."""
        return self._random.read_at(offset, length)

    def decode(self, raw: bytes) -> dict[str, Any]:
        """The normalised values of one document."""
        return decode_json(raw, self._note_replaced)

    def decode_fields(self, raw: bytes, names: Collection[str]) -> dict[str, Any]:
        """Some normalised values of one document."""
        return decode_json_fields(raw, names, self._note_replaced)

    def _note_replaced(self) -> None:
        self._notices.damaged(
            f"{self._label} holds texts that are no UTF-8; what could not be read became U+FFFD."
        )

    def guess_id(self, raw: bytes) -> str | None:
        """The ``_id`` a damaged document begins with."""
        return guess_json_id(raw)

    def close(self) -> None:
        """Close what is open."""
        self._random.close()


def _skip_line(file: BinaryIO) -> int:
    """Pass over the rest of a line, however long; how many bytes that were."""
    count = 0
    while block := file.readline(_BLOCK):
        count += len(block)
        if block.endswith(b"\n"):
            break
    return count


def pass_over_noise(file: BinaryIO, label: str, notices: NoticeLog) -> int:
    """Go behind what programs said in front of the first document; how many bytes that is."""
    head = file.read(64 * KIB)
    count = noise_in_front(head)
    if head[:count].removeprefix(BOM).strip():
        notices.oddity(f"{label} begins with lines that are no documents; they were passed over.")
    file.seek(count)
    return count

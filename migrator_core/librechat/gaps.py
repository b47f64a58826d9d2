"""Documents that are missing without a trace: a file that ends early, or whose checksum is wrong.

Whoever reads a collection sees each of its gaps as one document that cannot be read, so that it is
found, fails, and is in the report.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from migrator_core.librechat.collection import (
    CollectionReader,
    Decoder,
    RawDocument,
    UndecodableError,
)


@dataclass(frozen=True, slots=True)
class Gap:
    """Something is missing from a collection. ``file`` is a label; ``problem`` is a sentence.

    ``at_end`` says that the file ends early: where its last document is cut off, that one stands
    for the gap already.
    """

    file: str
    problem: str
    at_end: bool = True


class GappedReader:
    """A reader of a collection that lost documents; the gaps follow what could be read."""

    def __init__(self, reader: CollectionReader, gaps: Sequence[Gap]) -> None:
        self._reader = reader
        self._gaps = gaps

    @property
    def size(self) -> int:
        """Bytes of the plain file."""
        return self._reader.size

    @property
    def decoder(self) -> Decoder:
        """Decodes one document in another process."""
        return self._reader.decoder

    def raw_documents(self) -> Iterator[RawDocument]:
        """The documents that are there, then the gaps."""
        last: RawDocument | None = None
        for last in self._reader.raw_documents():
            yield last
        place = last.place if last is not None else 0
        cut_off = last is not None and not self._decodes(last)
        for gap in self._gaps:
            if not (gap.at_end and cut_off):
                place += 1
                yield RawDocument(place, self.size, 0, None, gap.problem, gap.file, gap=True)

    def _decodes(self, found: RawDocument) -> bool:
        if found.raw is None:
            return False
        try:
            self._reader.decode(found.raw)
        except UndecodableError:
            return False
        return True

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes of one document."""
        return self._reader.read_at(offset, length)

    def decode(self, raw: bytes) -> dict[str, Any]:
        """The normalised values of one document."""
        return self._reader.decode(raw)

    def decode_fields(self, raw: bytes, names: Collection[str]) -> dict[str, Any]:
        """Some normalised values of one document."""
        return self._reader.decode_fields(raw, names)

    def guess_id(self, raw: bytes) -> str | None:
        """The ``_id`` a damaged document begins with."""
        return self._reader.guess_id(raw)

    def close(self) -> None:
        """Close what is open."""
        self._reader.close()


class NoDocuments:
    """The reader of a collection whose file is missing."""

    size = 0

    @property
    def decoder(self) -> Decoder:
        """Never asked."""
        return self.decode

    def raw_documents(self) -> Iterator[RawDocument]:
        """None."""
        return iter(())

    def read_at(self, offset: int, length: int) -> bytes:  # noqa: ARG002 - the protocol's
        """Nothing."""
        return b""

    def decode(self, raw: bytes) -> dict[str, Any]:  # noqa: ARG002 - the protocol's
        """Never asked."""
        raise UndecodableError("there is no file")

    def decode_fields(self, raw: bytes, names: Collection[str]) -> dict[str, Any]:  # noqa: ARG002
        """Never asked."""
        raise UndecodableError("there is no file")

    def guess_id(self, raw: bytes) -> str | None:  # noqa: ARG002 - the protocol's
        """Never asked."""
        return None

    def close(self) -> None:
        """Nothing is open."""

"""What every reader yields: documents of one collection, and the notices made on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import field
from typing import Any, Protocol, TypeAlias

from migrator_core.outcome import Notice, WarningCode
from migrator_core.record import record

_MAX_NOTICES = 500
_ID_LENGTH = 200  # of an `_id` that is no ObjectId: enough to look it up, short enough for a report


Decoder: TypeAlias = Callable[[bytes], dict[str, Any]]


class UndecodableError(Exception):
    """These bytes are no document; ``str()`` is a sentence that says why."""


@record
class Document:
    """One document of a collection.

    ``source_id`` is the ``_id`` as text, or ``document 17`` (its place in the file, from 1) where
    there is none. ``data`` holds normalised values (:mod:`migrator_core.librechat.values`); it is
    None when the document cannot be read, and ``problem`` says why in a sentence. A ``gap`` stands
    for the unknown number of documents that a damaged file lost; ``source_id`` names the file.
    ``raw`` is the document as it lies there, where it could be read.
    """

    collection: str
    source_id: str
    data: dict[str, Any] | None
    problem: str | None = None
    gap: bool = False
    raw: bytes = field(default=b"", repr=False, compare=False)


@record
class RawDocument:
    """The undecoded bytes of one document and where they lie in the plain file (in bytes).

    ``raw`` is None when ``problem`` says why there are no bytes to decode. For a ``gap`` (see
    :class:`Document`), ``hint`` names the damaged file.
    """

    place: int
    offset: int
    length: int
    raw: bytes | None
    problem: str | None = None
    hint: str | None = None
    gap: bool = False


class CollectionReader(Protocol):
    """Reads one collection from a plain file that can be read again from any offset."""

    @property
    def size(self) -> int:
        """Bytes of the plain file."""

    @property
    def decoder(self) -> Decoder:
        """:meth:`decode` for another process: it can be pickled, and notes no damage."""

    def raw_documents(self) -> Iterator[RawDocument]:
        """All documents in file order; never raises over what the file holds."""

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes of one document."""

    def decode(self, raw: bytes) -> dict[str, Any]:
        """The normalised values; raises :class:`UndecodableError`."""

    def decode_fields(self, raw: bytes, names: Collection[str]) -> dict[str, Any]:
        """Like :meth:`decode`, where only these fields are asked for; there may be more."""

    def guess_id(self, raw: bytes) -> str | None:
        """The ``_id`` of a document that cannot be decoded, where its beginning shows it."""

    def close(self) -> None:
        """Close what is open."""


class NoticeLog:
    """Notices of one backup. Reading a collection twice must not report its damage twice.

    Their number is bounded, however damaged a backup is: each unreadable document is reported by
    itself anyway.
    """

    def __init__(self) -> None:
        self.items: list[Notice] = []
        self._known: set[Notice] = set()

    def add(self, code: WarningCode, detail: str) -> None:
        """Note something once."""
        if len(self.items) >= _MAX_NOTICES:
            return
        if len(self.items) == _MAX_NOTICES - 1:
            detail = "There is more like this in the backup; it is not listed any more."
        notice = Notice(code, detail)
        if notice not in self._known:
            self._known.add(notice)
            self.items.append(notice)

    def oddity(self, detail: str) -> None:
        """Note that something in the backup is unusual and how it was handled."""
        self.add(WarningCode.BACKUP_ODDITY, detail)

    def damaged(self, detail: str) -> None:
        """Note that a collection's file is damaged."""
        self.add(WarningCode.COLLECTION_DAMAGED, detail)


def identity(data: dict[str, Any]) -> str | None:
    """The ``_id`` of a document as text, or None where it has none."""
    value = data.get("_id")
    if value is None or value == "" or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return value[:_ID_LENGTH]
    if isinstance(value, bytes):
        return value.hex()[:_ID_LENGTH]
    try:
        return json.dumps(value, default=repr)[:_ID_LENGTH]
    except (ValueError, RecursionError):
        return None


def place_name(place: int) -> str:
    """How a document without an ``_id`` is called."""
    return f"document {place}"


def document_of(
    collection: str,
    reader: CollectionReader,
    found: RawDocument,
    fields: Collection[str] | None = None,
) -> Document:
    """Decode one raw document; a failure becomes an unreadable document, never an exception.

    Of one whose ``fields`` are named, no others need be there.
    """
    problem = found.problem
    if found.raw is not None:
        try:
            data = (
                reader.decode(found.raw)
                if fields is None
                else reader.decode_fields(found.raw, fields)
            )
        except UndecodableError as error:
            problem = str(error)
        else:
            name = identity(data) or place_name(found.place)
            return Document(collection, name, data, raw=found.raw)
    hint = found.hint or (reader.guess_id(found.raw) if found.raw is not None else None)
    return Document(
        collection,
        hint or place_name(found.place),
        None,
        problem or "the document cannot be read",
        found.gap,
    )

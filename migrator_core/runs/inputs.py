"""What every phase of a run reads from, and the one way in which they read documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from migrator_core.convert.cleaning import clean_text
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.people.avatars import local_path
from migrator_core.convert.people.tenants import is_foreign
from migrator_core.errors import AbortedError
from migrator_core.librechat import Backup, BlobError, Document, ObjectStores, StoreUnusableError
from migrator_core.librechat.documents.base import InvalidDocumentError, M, parse, usable
from migrator_core.openwebui import ConnectedModels, Written
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.runs.scratch import Scratch
from migrator_core.runs.steps import (
    Fetch,
    Found,
    LeftOut,
    Step,
    Unchanged,
    Write,
    failed,
    skipped,
    taken,
    unreadable,
)
from migrator_core.selection import Selection
from migrator_core.settings import Settings

MAX_PICTURE = 20 * 1024 * 1024
"""Bytes. No avatar that LibreChat wrote is larger; a larger one would only cost memory."""

_NAMED_BY = {
    "agents": "id",
    "assistants": "assistant_id",
    "conversations": "conversationId",
    "files": "file_id",
}
"""The field by which outcomes and the ledger call the documents of a collection; else ``_id``."""

UNEXPECTED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a flaw of ours raises on an unforeseen document; the run goes on with the next one."""


@dataclass(slots=True)
class Inputs:
    """The backup and the settings of one run, and its notes on disk.

    ``started`` is the run's start in seconds since the epoch: the only "now" that conversion sees.
    ``pause`` is called between two documents, in the thread that reads them. What ``trusts_nobody``
    converts everything, also what is known to be unchanged. ``pool`` are other processes that may
    convert, ``stores`` the storages with files that the backup lacks. ``connected`` are the models
    of the target. ``brings_anything`` says that a chat or an agent is new.
    """

    backup: Backup
    scratch: Scratch
    settings: Settings
    models: ModelMapper
    started: int
    pause: Callable[[], None] = lambda: None
    trusts_nobody: bool = False
    pool: Executor | None = None
    connected: ConnectedModels = field(default_factory=ConnectedModels)
    brings_anything: bool = False
    stores: ObjectStores = field(default_factory=ObjectStores)
    _claimed: list[tuple[str, str]] = field(default_factory=list)
    _damaged: set[str] = field(default_factory=set)
    _read: set[str] = field(default_factory=set)

    @property
    def selection(self) -> Selection:
        """What is to be migrated."""
        return self.settings.selection

    def has(self, collection: str) -> bool:
        """Whether the backup holds this collection."""
        return collection in self.backup.collections

    def totals(self, collections: Iterable[str]) -> dict[str, int | None]:
        """How many documents each of them has that is there; None for messages.

        Those are read once, for the index, and counted there.
        """
        there = [name for name in collections if self.has(name)]
        return {
            name: None if name == "messages" else self.backup.count(name, self.pause)
            for name in there
        }

    def whole(self, *collections: str) -> bool:
        """Whether the backup holds these collections and all of their documents, as far as read.

        What a collection that is not whole does not name may only be missing. Nor is one whole of
        which something failed here: that is our fault, and nothing that LibreChat says.
        """
        return all(self.has(name) and name not in self._damaged for name in collections)

    def failed(self, written: Written) -> None:
        """Count a collection as not whole if this, of which others depend, could not be written."""
        if written.state is State.FAILED:
            self._damaged.add(written.item.collection)

    def arrived(self, written: Written) -> None:
        """Note that a chat or an agent is new: what is said of their models is said once."""
        self.brings_anything |= written.state is State.MIGRATED and not written.updated

    def has_any(self, collection: str) -> bool:
        """Whether any document of a collection was read."""
        return collection in self._read

    def meet(self, collection: str, source_id: str) -> None:
        """Note that this run has met a document."""
        self.scratch.first_time("met", collection, source_id)

    def has_met(self, collection: str, source_id: str) -> bool:
        """Whether this run has met a document."""
        return self.scratch.has("met", collection, source_id)

    def foreign(self, document: Document) -> bool:
        """Whether a document belongs to others than the chosen tenant; a damaged one may not."""
        return document.data is not None and is_foreign(document.data, self.settings.tenant)

    def leave_out(self, kind: str, *key: str) -> None:
        """Note that something was not selected, for what hangs on it."""
        self.scratch.first_time("left out", kind, *key)

    def was_left_out(self, kind: str, *key: str) -> bool:
        """Whether something was not selected."""
        return self.scratch.has("left out", kind, *key)

    def each(
        self,
        collection: str,
        model: type[M],
        convert: Callable[[Document, M], Iterable[Step]],
        foreign: Callable[[Document], None] | None = None,
    ) -> Iterator[Step]:
        """The steps for every document of a collection; a bad document is one failed outcome.

        ``foreign`` is told of those of other tenants.
        """
        if not self.has(collection):
            return
        yield Found(collection, 0)  # an empty collection is in the report, too
        for document in self.backup.documents(collection):
            yield Found(collection)
            self._read.add(collection)
            self._claimed.clear()
            self.pause()
            if self.foreign(document):
                if foreign is not None:
                    foreign(document)
                step: Step = skipped(document, Reason.OTHER_TENANT, source_id=_own_name(document))
                self._note(step)
                yield step
                continue
            steps = self._guarded(document, model, convert)
            if not steps:  # a later phase says what becomes of it
                self.meet(collection, _own_name(document) or document.source_id)
            for step in steps:
                self._note(step)
                yield from taken(step)
                yield step

    def readable(self, collection: str, model: type[M], *, of_all: bool = False) -> Iterator[M]:
        """The documents of a collection that another phase answers for; bad ones left out.

        Those of other tenants, too, unless ``of_all`` is set.
        """
        if not self.has(collection):
            return

        def ours() -> Iterator[dict[str, Any] | None]:
            for document in self.backup.documents(collection):
                self.pause()
                if of_all or not self.foreign(document):
                    yield document.data

        yield from usable(model, ours())

    def claim(self, collection: str, source_ids: Iterable[str]) -> None:
        """Answer for further documents while one is converted: should it fail, they fail too."""
        self._claimed += ((collection, source_id) for source_id in source_ids)

    def picture(self, path: str, user: str | None) -> bytes | None:
        """The bytes of an avatar, None where the backup has none worth reading."""
        place = local_path(path)
        if place is None:
            return self._remote_picture(path, user)
        try:
            blob = self.backup.blobs.find(place, user=user)
            if blob.size > MAX_PICTURE:
                return None
            with blob.open() as file:
                return file.read(MAX_PICTURE)
        except (BlobError, OSError):
            return None

    def _remote_picture(self, address: str, user: str | None) -> bytes | None:
        try:
            return self.stores.picture(address, user, MAX_PICTURE)
        except StoreUnusableError as error:
            raise went_away(error) from error

    def _guarded(
        self, document: Document, model: type[M], convert: Callable[[Document, M], Iterable[Step]]
    ) -> list[Step]:
        if document.data is None:
            self._damaged.add(document.collection)
            return [unreadable(document)]
        data = document.data
        return self._attempt(document, lambda: convert(document, parse(model, data)))

    def settle(self, document: Document, steps: Callable[[], Iterable[Step]]) -> Iterator[Step]:
        """The steps of a document that :meth:`each` put off, as it would have given them."""
        self._claimed.clear()
        for step in self._attempt(document, steps):
            self._note(step)
            yield from taken(step)
            yield step

    def _attempt(self, document: Document, steps: Callable[[], Iterable[Step]]) -> list[Step]:
        try:
            return list(steps())
        except InvalidDocumentError as error:
            self._damaged.add(document.collection)
            return [failed(document, Reason.INVALID_DOCUMENT, str(error)), *self._claims_failed()]
        except UNEXPECTED as error:
            self._damaged.add(document.collection)
            detail = f"{type(error).__name__}: {str(error)[:300]}"
            return [failed(document, Reason.INTERNAL_ERROR, detail), *self._claims_failed()]

    def _note(self, step: Step) -> None:
        if isinstance(step, Write | Fetch | LeftOut):
            self.meet(step.item.collection, step.item.source_id)
        elif isinstance(step, Outcome):
            self.meet(step.collection, step.source_id)
        elif isinstance(step, Unchanged):
            self.meet(step.outcome.collection, step.outcome.source_id)

    def _claims_failed(self) -> Iterator[Step]:
        for collection, source_id in self._claimed:
            yield Outcome(collection, source_id, State.FAILED, None, Reason.PARENT_FAILED)


def went_away(error: StoreUnusableError) -> AbortedError:
    """A storage that answered when the run began does not any more."""
    return AbortedError(
        f"LibreChat's files cannot be fetched any more: {str(error).rstrip('.')}. What was written "
        "so far is complete; run again to go on."
    )


def _own_name(document: Document) -> str | None:
    name = (document.data or {}).get(_NAMED_BY.get(document.collection, ""))
    return clean_text(name) if isinstance(name, str) else None

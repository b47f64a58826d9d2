"""What the phases of one run share, and the one way in which they read documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from migrator_core.convert.base_models import ModelMapper
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.pipeline.scratch import Scratch
from migrator_core.pipeline.steps import Found, Step
from migrator_core.settings import Settings
from migrator_core.source import Backup, BlobError, Document
from migrator_core.source.models.base import InvalidDocumentError, M, parse

MAX_PICTURE = 20 * 1024 * 1024
"""Bytes. No avatar that LibreChat wrote is larger; a larger one would only cost memory."""


@dataclass(slots=True)
class Context:
    """The run's inputs, and what earlier phases leave for later ones.

    ``started`` is the run's start in seconds since the epoch: the only "now" that conversion sees.
    ``accounts`` maps a LibreChat user's id to the Open WebUI account that receives their content;
    ``principals`` adds the ids by which groups know users; ``groups`` maps migrated groups.
    """

    backup: Backup
    scratch: Scratch
    settings: Settings
    models: ModelMapper
    started: int
    accounts: dict[str, str] = field(default_factory=dict)
    principals: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    base_models: set[str] = field(default_factory=set)

    def has(self, collection: str) -> bool:
        """Whether the backup holds this collection."""
        return collection in self.backup.collections

    def each(
        self,
        collection: str,
        model: type[M],
        convert: Callable[[Document, M], Iterable[Step]],
    ) -> Iterator[Step]:
        """The steps for every document of a collection; a bad document is one failed outcome."""
        if not self.has(collection):
            return
        for document in self.backup.documents(collection):
            yield Found(collection)
            yield from guarded(document, model, convert)

    def picture(self, path: str, user: str | None) -> bytes | None:
        """The bytes of an avatar, None where the backup has none worth reading."""
        try:
            blob = self.backup.blobs.find(path, user=user)
            if blob.size > MAX_PICTURE:
                return None
            with blob.open() as file:
                return file.read(MAX_PICTURE)
        except (BlobError, OSError):
            return None


def guarded(
    document: Document, model: type[M], convert: Callable[[Document, M], Iterable[Step]]
) -> list[Step]:
    """The steps for one document, or exactly one failed outcome: a bad document ends nothing."""
    if document.data is None:
        return [failed(document, Reason.UNREADABLE_DOCUMENT, document.problem)]
    try:
        return list(convert(document, parse(model, document.data)))
    except InvalidDocumentError as error:
        return [failed(document, Reason.INVALID_DOCUMENT, str(error))]
    except UNEXPECTED as error:
        return [internal_error(document, error)]


UNEXPECTED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a flaw of ours raises on an unforeseen document; the run goes on with the next one."""


def internal_error(
    document: Document, error: Exception, *, source_id: str | None = None
) -> Outcome:
    """The outcome of a document on which the tool itself failed."""
    return Outcome(
        document.collection,
        source_id or document.source_id,
        State.FAILED,
        None,
        Reason.INTERNAL_ERROR,
        f"{type(error).__name__}: {str(error)[:300]}",
    )


def failed(document: Document, reason: Reason, detail: str | None) -> Outcome:
    """The outcome of a document that cannot be used."""
    return Outcome(document.collection, document.source_id, State.FAILED, None, reason, detail)


def skipped(
    document: Document, reason: Reason, detail: str | None = None, *, source_id: str | None = None
) -> Outcome:
    """The outcome of a document that a rule leaves out."""
    return Outcome(
        document.collection,
        source_id or document.source_id,
        State.SKIPPED,
        None,
        reason,
        detail,
    )

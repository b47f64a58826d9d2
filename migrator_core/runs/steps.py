"""What a phase yields, one step at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, TypeAlias

from migrator_core.access_row import AccessRow
from migrator_core.convert.free_ids import is_another
from migrator_core.item import Item
from migrator_core.librechat import Document, Fetched, ObjectError, RemoteBlob
from migrator_core.models_in_use import ModelsInUse
from migrator_core.openwebui import Account, Brought, Written
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.rows import KnowledgeRow, ModelRow, SharedChatRow, TagRow, UserRow
from migrator_core.runs.converting.job import Answer, Job

_FREELY_NAMED = (AccessRow, ModelRow, SharedChatRow, TagRow, UserRow)
"""What has no id that could say whether it stands in for another one."""


@dataclass(frozen=True, slots=True)
class Found:
    """Documents that were read from the backup."""

    collection: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Write:
    """A row to write, with the warnings that count once it has arrived.

    ``children`` names, by collection, the source documents that share the row's fate (the messages
    of a conversation); ``weight`` is its size in bytes, about; ``open_blob`` gives the bytes that
    go to storage before the row. ``then`` learns what became of it, on the event loop.

    ``things`` says, by collection and in the order of its children, what of the row each of them
    is: where the row was there already, each has a fate of its own. With ``otherwise`` nothing is
    written that is not there already, and this is what is said then.
    """

    item: Item
    notices: tuple[Notice, ...] = ()
    children: tuple[tuple[str, Sequence[str]], ...] = ()
    weight: int = 1000
    open_blob: Callable[[], BinaryIO] | None = None
    then: Callable[[Written], None] | None = None
    things: Mapping[str, Sequence[str]] = field(default_factory=dict)
    otherwise: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """A file whose bytes lie elsewhere: they are fetched where they are not here yet.

    ``known`` is what is said where they are; ``made`` makes what is to be written of what was
    fetched, or only asked for, ``lost`` what becomes of it where it cannot be had.
    """

    known: Write
    blob: RemoteBlob
    made: Callable[[Fetched], Write | Outcome]
    lost: Callable[[ObjectError], Write | Outcome]
    weight: int

    @property
    def item(self) -> Item:
        """The row, as far as it is known before."""
        return self.known.item


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was not selected: nothing is written, and ``outcome`` says so.

    What is selected may refer to it: ``then`` learns where it is, if it is there.
    """

    item: Item
    outcome: Outcome
    then: Callable[[Written], None]


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A document that is there as the backup has it, with the documents that share its row."""

    outcome: Outcome
    children: tuple[tuple[str, Sequence[str]], ...] = ()


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A row that is no document of the backup but belongs to the rows that follow it.

    Such is a file that stood in a message, and what an agent knows, which has no bytes. It is
    written before any row of its portion and has no outcome of its own; ``where`` names what it
    belongs to, for a warning.
    """

    item: Item
    open_blob: Callable[[], BinaryIO] | None
    where: str
    weight: int = 1000

    def told(self, written: Written) -> Iterator[Notice]:
        """A warning where it did not arrive, or is not what it is in the backup."""
        why = written.detail or written.reason or written.state
        if isinstance(written.item.row, KnowledgeRow):
            if not written.is_whole:
                yield Notice(WarningCode.KNOWLEDGE_KEPT, f"{self.where}: {why}")
        elif not written.is_there:
            yield Notice(WarningCode.FILE_REFERENCE_LOST, f"{self.where}: {why}")


@dataclass(frozen=True, slots=True)
class NewPassword:
    """An existing account that is to get its LibreChat password."""

    account: Account
    password_hash: str
    notice: Notice


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Something that the backup does not have any more, and that others may still use."""

    gone: Brought


@dataclass(frozen=True, slots=True, eq=False)
class Pending:
    """A conversation that another process converts; ``finish`` makes its steps of the answer.

    They are put in its place (:class:`~migrator_core.runs.converting.ahead.Ahead`) before anything
    is carried out.
    """

    job: Job
    finish: Callable[[Answer | None], Iterator[Step]]


Step: TypeAlias = (
    Found
    | Outcome
    | Notice
    | Write
    | Fetch
    | LeftOut
    | Unchanged
    | Enclosure
    | NewPassword
    | TakeBack
    | Pending
    | ModelsInUse
)


def left_out(write: Write) -> Step:
    """What becomes of a row that was not selected."""
    item = write.item
    outcome = Outcome(
        item.collection, item.source_id, State.SKIPPED, None, Reason.NOT_SELECTED, None, item.size
    )
    return outcome if write.then is None else LeftOut(item, outcome, write.then)


def taken(step: Step) -> Iterator[Notice]:
    """A warning where what is to be written has not got the id that it should have."""
    if not isinstance(step, Write | Fetch | Enclosure) or isinstance(step.item.row, _FREELY_NAMED):
        return
    row = step.item.row
    if is_another(row.id):
        text = (
            f"{step.item.collection} {step.item.source_id}: the id that it should have is taken by "
            f"something of somebody else; it has {row.id}"
        )
        yield Notice(WarningCode.ID_TAKEN, text)


def failed(document: Document, reason: Reason, detail: str | None) -> Outcome:
    """The outcome of a document that cannot be used."""
    return Outcome(document.collection, document.source_id, State.FAILED, None, reason, detail)


def unreadable(document: Document) -> Outcome:
    """The outcome of a document that is damaged, or of what a damaged file lost."""
    reason = Reason.FILE_DAMAGED if document.gap else Reason.UNREADABLE_DOCUMENT
    return failed(document, reason, document.problem)


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

"""One conversation as the steps of a run: converted here, or by another process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from migrator_core.convert.chats.chat import ChatContext, ConvertedChat, convert_conversation
from migrator_core.convert.chats.history import free_chat_id
from migrator_core.convert.chats.placement import chat_model
from migrator_core.convert.chats.references import find_references
from migrator_core.convert.dates import seconds
from migrator_core.convert.result import Skipped
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document, StoredMessage
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from migrator_core.openwebui import Encoder
from migrator_core.outcome import Reason
from migrator_core.rows import ChatRow
from migrator_core.runs.converting.job import Answer, Job, Setup
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Phase
from migrator_core.runs.phases.conversation_steps import MESSAGES, enclosures, left_out, written
from migrator_core.runs.phases.pages import Pages
from migrator_core.runs.phases.shared_links import RECENT_LINK, Linking
from migrator_core.runs.phases.stray_files import Paths, find_paths
from migrator_core.runs.phases.unchanged import Unchanges
from migrator_core.runs.results import Files, Ids, Messages, Models
from migrator_core.runs.steps import Step, failed, unreadable


@dataclass(frozen=True, slots=True)
class Own:
    """A conversation with what is its own: messages, account, folder, and what it is a source of.

    ``complete`` says that what the backup does not give is taken back.
    """

    document: Document
    conversation: Conversation
    stored: Sequence[StoredMessage]
    user: str
    owner: str
    folder: str | None
    source: str
    complete: bool


def _is_answered(own: Own) -> bool:
    """Whether anything was said after the question, and the conversation says by which model."""
    conversation = own.conversation
    names = (conversation.model, conversation.agent_id, conversation.assistant_id)
    return len(own.stored) > 1 and any(names)


class Chats:
    """Makes the steps of conversations. A phase that uses it needs :attr:`needs`."""

    needs = (Files, Ids, Messages, Models)

    def __init__(
        self, inputs: Inputs, phase: Phase, linking: Linking, unchanged: Unchanges, pages: Pages
    ) -> None:
        self._pages = pages
        self._inputs = inputs
        self._ids = phase.earlier(Ids).free
        self._files = phase.earlier(Files)
        self._index = phase.earlier(Messages).index
        self._models = phase.earlier(Models).mapper
        self._used = inputs.scratch.used_models()
        self._linking = linking
        self._unchanged = unchanged

    def setup(self, encoder: Encoder | None) -> Setup | None:
        """What other processes have to know, with a copy of the notes; None where none are wanted.

        Where only what is new is wanted, or there are no messages, there is little to convert.
        """
        decoder = self._index.decoder
        if decoder is None or self._inputs.selection.since is not None:
            return None
        notes = self._inputs.scratch.copied("agents")
        hosts, started = self._inputs.settings.librechat_urls, self._inputs.started
        return Setup(notes, decoder, self._models, self._ids, started, encoder, hosts)

    def job(self, own: Own) -> Job:
        """What another process is given of a conversation."""
        chat_id = free_chat_id(own.user, own.conversation.conversation_id, own.owner, self._ids)
        raws = [(message.source_id, message.raw.raw or b"") for message in own.stored]
        is_new = self._unchanged.stored(chat_id) is None
        return Job(own.conversation, own.user, own.owner, own.folder, is_new, raws)

    def finish(self, own: Own, answer: Answer | None) -> Iterator[Step]:
        """The steps of a conversation that another process converted, or did not."""
        if answer is None:
            return self._inputs.settle(own.document, lambda: self.here(own))
        converted = answer.converted
        row = converted.row
        item = self._item(own, row, answer.fingerprint, certain=not row.unsure, of=converted)
        item = replace(item, encoded=answer.encoded)
        self.count(own)
        return self._inputs.settle(
            own.document, lambda: written(item, converted, self._inputs.arrived)
        )

    def count(self, own: Own) -> None:
        """Note who uses which model."""
        model = chat_model(own.conversation, self._models)
        self._used.add_chat(model, own.owner, answered=_is_answered(own))

    def here(self, own: Own) -> Iterator[Step]:
        """The steps of a conversation with everything that a backup may hold for it."""
        conversation, user, owner = own.conversation, own.user, own.owner
        messages, source_ids, broken = self._read(own.stored)
        yield from broken
        if self._is_too_old(conversation, messages, user):
            self._inputs.leave_out("conversation", user, conversation.conversation_id)
            yield from left_out(own.document, conversation, source_ids, Reason.NOT_SELECTED)
            return
        hosts = self._inputs.settings.librechat_urls
        references = find_references(messages, user, hosts)
        pages = self._pages.places(references.pages, user) if references.pages else {}
        found = self._find_paths(conversation, references.paths, user, owner)
        scope = ChatContext(
            owner,
            self._files.links(user, references.files),
            self._models,
            self._inputs.started,
            paths=found.links,
            ids=self._ids,
            agents=self._inputs.scratch.names("agents", references.agents),
            folder_id=own.folder,
            pages=pages,
        )
        converted = convert_conversation(conversation, messages, scope, source_ids)
        if isinstance(converted, Skipped):
            reason, detail = converted.reason, converted.detail
            yield from left_out(own.document, conversation, source_ids, reason, detail)
            return
        yield from enclosures(conversation, converted, found.strays)
        # Who reads a shared copy has none of its owner's chats, but may follow shared links.
        public = {address: place for address, place in pages.items() if place.startswith("/s/")}
        scope = replace(scope, pages=public)
        shared = self._linking.link(conversation, messages, scope, converted.row)
        yield from shared.before
        # Only where every message arrived whole, with files that the ledger knows.
        certain = not (shared.row.unsure or converted.embedded or found.strays)
        certain &= references.paths <= found.links.keys() and not references.pages
        item = self._item(own, shared.row, fingerprint(shared.row), certain=certain, of=converted)
        self.count(own)
        converted = replace(converted, row=shared.row)
        yield from written(item, converted, self._inputs.arrived)
        yield from shared.after

    def _item(
        self, own: Own, row: ChatRow, digest: str, *, certain: bool, of: ConvertedChat
    ) -> Item:
        certain &= len(of.message_ids) == len(own.stored)
        return Item(
            "conversations",
            own.conversation.conversation_id,
            row,
            digest,
            partial=not own.complete,
            source=own.source if certain else "",
            stored=self._unchanged.stored(row.id) or "",
        )

    def _read(self, stored: Sequence[StoredMessage]) -> tuple[list[Message], list[str], list[Step]]:
        """The messages that can be read, what they are called, and the outcomes of the others."""
        messages: list[Message] = []
        source_ids: list[str] = []
        broken: list[Step] = []
        for row in map(self._index.decode, stored):
            self._inputs.pause()
            self._inputs.claim(MESSAGES, [row.source_id])
            if row.data is None:
                broken.append(unreadable(row))
                continue
            try:
                messages.append(parse(Message, row.data))
                source_ids.append(row.source_id)
            except InvalidDocumentError as error:
                broken.append(failed(row, Reason.INVALID_DOCUMENT, str(error)))
        return messages, source_ids, broken

    def _is_too_old(
        self, conversation: Conversation, messages: Sequence[Message], user: str
    ) -> bool:
        """Whether nothing of it is new: an edit or a rating changes only the message's date."""
        selection = self._inputs.selection
        if selection.since is None:
            return False
        dates = [conversation.created_at, conversation.updated_at]
        for message in messages:
            dates += (message.created_at, message.updated_at)
        return not (
            selection.is_recent(dates)
            or self._inputs.scratch.has(RECENT_LINK, user, conversation.conversation_id)
        )

    def _find_paths(
        self, conversation: Conversation, paths: set[str], user: str, owner: str
    ) -> Paths:
        started = self._inputs.started
        created = seconds(conversation.created_at, started)
        return find_paths(
            self._inputs.backup,
            self._files,
            paths,
            user=user,
            owner=owner,
            created_at=started if created is None else created,
            provenance={"conversationId": conversation.conversation_id},
        )

"""Conversations with all their messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from migrator_core.convert.chats.chat import (
    ChatContext,
    convert_conversation,
    is_temporary,
)
from migrator_core.convert.chats.references import find_references
from migrator_core.convert.cleaning import clean_text, single_line
from migrator_core.convert.dates import seconds
from migrator_core.convert.fingerprint import fingerprint
from migrator_core.convert.result import Skipped
from migrator_core.librechat import Document, StoredMessage, Unowned
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from migrator_core.openwebui import OpenWebUI
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.rows import Item
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.conversation_steps import (
    MESSAGES,
    as_it_was,
    enclosures,
    left_out,
    written,
)
from migrator_core.runs.phases.permissions import Granting
from migrator_core.runs.phases.shared_links import RECENT_LINK, Linking
from migrator_core.runs.phases.stray_files import Paths, find_paths
from migrator_core.runs.phases.unchanged import Unchanges
from migrator_core.runs.results import (
    Accounts,
    Conversations,
    Files,
    Folders,
    Ids,
    Messages,
    Models,
)
from migrator_core.runs.steps import (
    Found,
    Step,
    failed,
    skipped,
    unreadable,
)
from migrator_core.selection import Part

_MAX_NAME = 200
_NOBODYS = {Unowned.FOREIGN: Reason.OTHER_TENANT, Unowned.OWNER_UNKNOWN: Reason.OWNER_UNKNOWN}


class ConversationsPhase(Phase):
    """``conversations`` and ``messages``. One conversation at a time is in memory."""

    name = "conversations"
    label = "Conversations and messages"
    collections = frozenset({"conversations", MESSAGES})
    part = Part.CONVERSATIONS
    needs = (Files, Folders, Ids, Messages, Models, *Linking.needs)
    leaves = Conversations

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._accounts = self.earlier(Accounts)
        self._folders = self.earlier(Folders)
        self._ids = self.earlier(Ids).free
        self._files = self.earlier(Files)
        self._messages = self.earlier(Messages)
        self._index = self._messages.index
        self._linking = Linking(inputs, self, {})
        self._unchanged = Unchanges(inputs, self)

    async def ask(self, target: OpenWebUI) -> None:
        """The addresses of shared chats that are taken, and what is known to be unchanged."""
        await self._unchanged.ask(target)
        self._linking = Linking(self._inputs, self, await target.inventory.shared_chats())

    def total(self) -> int | None:
        """All messages and conversations."""
        return self._index.total + self._messages.conversations

    def steps(self) -> Iterator[Step]:
        """A step a conversation, with its messages; at the end the messages nobody asked for."""
        self._name_agents()
        if self._inputs.has(MESSAGES):
            yield Found(MESSAGES, self._index.total)
        for document in self._index.unreadable():
            yield unreadable(document)
        yield from self._inputs.each("conversations", Conversation, self._convert)
        for one in self._index.untaken():
            reason = _NOBODYS[one.fate] if one.fate is not None else self._why_untaken(one.user)
            yield Outcome(MESSAGES, one.source_id, State.SKIPPED, None, reason)

    def result(self) -> Conversations:
        """Which conversations there are."""
        return Conversations(self._inputs.scratch)

    def _why_untaken(self, user: str | None) -> Reason:
        if not self.is_selected or self._accounts.leaves_out(user):
            return Reason.NOT_SELECTED
        known = user is None or self._accounts.of(user) is not None
        return Reason.CONVERSATION_MISSING if known else Reason.OWNER_NOT_MIGRATED

    def _convert(self, document: Document, conversation: Conversation) -> Iterator[Step]:
        source_id, user = conversation.conversation_id, conversation.user
        owner = self._accounts.of(user)
        if not self.is_selected or self._accounts.leaves_out(user):
            yield from self._leave_out(document, conversation, Reason.NOT_SELECTED)
        elif owner is None or user is None:
            yield from self._leave_out(document, conversation, Reason.OWNER_NOT_MIGRATED)
        elif not self._inputs.scratch.first_time("conversation", user, source_id):
            # Its messages belong to the first row with this id.
            yield skipped(document, Reason.DUPLICATE, source_id=source_id)
        elif is_temporary(conversation) and not self._inputs.settings.include_temporary:
            yield from self._leave_out(document, conversation, Reason.TEMPORARY)
        else:
            yield from self._chat(document, conversation, user, owner)

    def _chat(
        self, document: Document, conversation: Conversation, user: str, owner: str
    ) -> Iterator[Step]:
        stored = self._index.take_stored(conversation.conversation_id, user)
        folder = self._folders.of(conversation.chat_project_id, owner)
        complete = self._inputs.whole("sharedlinks", *Granting.reads)
        source = self._unchanged.source(
            document, stored, user=user, owner=owner, folder=folder, complete=complete
        )
        if self._linking.has_links(user, conversation.conversation_id):
            source = ""  # what is shared depends on too much
        proven = self._unchanged.proven(source)
        if proven is not None and self._inputs.selection.since is None:
            yield as_it_was(conversation, proven, [message.source_id for message in stored])
            return
        messages, source_ids, broken = self._read(stored)
        yield from broken
        if self._is_too_old(conversation, messages, user):
            self._inputs.leave_out("conversation", user, conversation.conversation_id)
            yield from left_out(document, conversation, source_ids, Reason.NOT_SELECTED)
            return
        references = find_references(messages, user)
        found = self._find_paths(conversation, references.paths, user, owner)
        scope = ChatContext(
            owner,
            self._files.links(user, references.files),
            self.earlier(Models).mapper,
            self._inputs.started,
            paths=found.links,
            ids=self._ids,
            agents=self._inputs.scratch.names("agents", references.agents),
            folder_id=folder,
        )
        converted = convert_conversation(conversation, messages, scope, source_ids)
        if isinstance(converted, Skipped):
            reason, detail = converted.reason, converted.detail
            yield from left_out(document, conversation, source_ids, reason, detail)
            return
        yield from enclosures(conversation, converted, found.strays)
        shared = self._linking.link(conversation, messages, scope, converted.row)
        yield from shared.before
        # Only where every message arrived whole, with files that the ledger knows.
        certain = not (shared.row.unsure or converted.embedded or found.strays)
        certain &= len(converted.message_ids) == len(stored)
        certain &= references.paths <= found.links.keys()
        item = Item(
            "conversations",
            conversation.conversation_id,
            shared.row,
            fingerprint(shared.row),
            partial=not complete,
            source=source if certain else "",
            stored=self._unchanged.stored(shared.row.id) or "",
        )
        yield from written(item, replace(converted, row=shared.row))
        yield from shared.after

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

    def _name_agents(self) -> None:
        """Learn what people call the agents, whose ids are all that messages have."""
        if not self._inputs.has("agents"):
            return
        for document in self._inputs.backup.documents("agents"):
            if self._inputs.foreign(document):
                continue
            agent_id, name = (
                (document.data.get("id"), document.data.get("name"))
                if document.data is not None
                else (None, None)
            )
            if isinstance(agent_id, str) and isinstance(name, str):
                self._inputs.scratch.add_name(
                    "agents", clean_text(agent_id), single_line(name, limit=_MAX_NAME)
                )

    def _leave_out(
        self, document: Document, conversation: Conversation, reason: Reason
    ) -> Iterator[Step]:
        """Skip a conversation, and its messages for the same reason."""
        taken: Iterable[str] = ()
        if conversation.user is not None:
            taken = self._index.take_ids(conversation.conversation_id, conversation.user)
        yield from left_out(document, conversation, taken, reason)

"""Conversations with all their messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import BinaryIO

from migrator_core.convert.chats.chat import (
    ChatContext,
    ConvertedChat,
    convert_conversation,
    is_temporary,
)
from migrator_core.convert.chats.chat_size import characters
from migrator_core.convert.chats.references import find_references
from migrator_core.convert.dates import seconds
from migrator_core.convert.fingerprint import fingerprint
from migrator_core.convert.result import Skipped
from migrator_core.convert.text import clean_text, single_line
from migrator_core.librechat import Document, MessageIndex
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from migrator_core.openwebui import Written
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.rows import ChatRow, FileRow, Item
from migrator_core.runs.context import Context, failed, skipped, unreadable
from migrator_core.runs.driver import Enclosure, Found, Parcel, Step
from migrator_core.runs.phases.shared_links import Sharer
from migrator_core.runs.phases.stray_files import Found as FoundPaths
from migrator_core.runs.phases.stray_files import Stray, find_paths

MESSAGES = "messages"

_MAX_NAME = 200


class ChatsPhase:
    """``conversations`` and ``messages``. One conversation at a time is in memory."""

    name = "conversations"

    def __init__(
        self, context: Context, messages: MessageIndex, sharer: Sharer, total: int
    ) -> None:
        self._context = context
        self._index = messages
        self._sharer = sharer
        self._total = total

    def total(self) -> int | None:
        """All messages and conversations."""
        return self._total

    def steps(self) -> Iterator[Step]:
        """A step a conversation, with its messages; at the end the messages nobody asked for."""
        self._name_agents()
        if self._context.has(MESSAGES):
            yield Found(MESSAGES, self._index.total)
        for document in self._index.unreadable():
            yield unreadable(document)
        yield from self._context.each("conversations", Conversation, self._convert)
        for source_id, _, user in self._index.untaken():
            known = user is None or user in self._context.accounts
            reason = Reason.CONVERSATION_MISSING if known else Reason.OWNER_NOT_MIGRATED
            yield Outcome(MESSAGES, source_id, State.SKIPPED, None, reason)

    def written(self, written: Written) -> None:
        """Nothing later depends on these rows."""

    def _convert(self, document: Document, conversation: Conversation) -> Iterator[Step]:
        source_id, user = conversation.conversation_id, conversation.user
        owner = self._context.accounts.get(user or "")
        if owner is None or user is None:
            yield from self._leave_out(document, conversation, Reason.OWNER_NOT_MIGRATED)
        elif not self._context.scratch.first_time("conversation", f"{user}/{source_id}"):
            # Its messages belong to the first row with this id.
            yield skipped(document, Reason.DUPLICATE, source_id=source_id)
        elif is_temporary(conversation) and not self._context.settings.include_temporary:
            yield from self._leave_out(document, conversation, Reason.TEMPORARY)
        else:
            yield from self._chat(document, conversation, user, owner)

    def _chat(
        self, document: Document, conversation: Conversation, user: str, owner: str
    ) -> Iterator[Step]:
        messages: list[Message] = []
        source_ids: list[str] = []
        for row in self._index.take(conversation.conversation_id, user):
            self._context.pause()
            self._context.claim(MESSAGES, [row.source_id])
            if row.data is None:
                yield unreadable(row)
                continue
            try:
                messages.append(parse(Message, row.data))
                source_ids.append(row.source_id)
            except InvalidDocumentError as error:
                yield failed(row, Reason.INVALID_DOCUMENT, str(error))
        references = find_references(messages, user)
        found = self._find_paths(conversation, references.paths, user, owner)
        scope = ChatContext(
            owner,
            self._context.scratch.links(user, references.files),
            self._context.models,
            self._context.started,
            paths=found.links,
            agents=self._context.scratch.names("agents", references.agents),
            folder_id=self._context.folder_of(conversation.chat_project_id, owner),
        )
        converted = convert_conversation(conversation, messages, scope, source_ids)
        if isinstance(converted, Skipped):
            yield skipped(
                document,
                converted.reason,
                converted.detail,
                source_id=conversation.conversation_id,
            )
            for source_id in source_ids:
                yield Outcome(MESSAGES, source_id, State.SKIPPED, None, converted.reason)
            return
        yield from _enclosures(conversation, converted, found.strays)
        shared = self._sharer.share(conversation, messages, scope, converted.row)
        yield from shared.before
        yield from _parcel(conversation, replace(converted, row=shared.row))
        yield from shared.after

    def _find_paths(
        self, conversation: Conversation, paths: set[str], user: str, owner: str
    ) -> FoundPaths:
        started = self._context.started
        created = seconds(conversation.created_at, started)
        return find_paths(
            self._context,
            paths,
            user=user,
            owner=owner,
            created_at=started if created is None else created,
            provenance={"conversationId": conversation.conversation_id},
        )

    def _name_agents(self) -> None:
        """Learn what people call the agents, whose ids are all that messages have."""
        if not self._context.has("agents"):
            return
        for document in self._context.backup.documents("agents"):
            agent_id, name = (
                (document.data.get("id"), document.data.get("name"))
                if document.data is not None
                else (None, None)
            )
            if isinstance(agent_id, str) and isinstance(name, str):
                self._context.scratch.add_name(
                    "agents", clean_text(agent_id), single_line(name, limit=_MAX_NAME)
                )

    def _leave_out(
        self, document: Document, conversation: Conversation, reason: Reason
    ) -> Iterator[Step]:
        """Skip a conversation, and its messages for the same reason."""
        yield skipped(document, reason, source_id=conversation.conversation_id)
        if conversation.user is not None:
            taken = self._index.take_ids(conversation.conversation_id, conversation.user)
            for source_id in taken:
                yield Outcome(MESSAGES, source_id, State.SKIPPED, None, reason)


def _enclosures(
    conversation: Conversation, converted: ConvertedChat, strays: Mapping[str, Stray]
) -> Iterator[Step]:
    """The files to store before the chat that shows them."""
    where = f"conversation {conversation.conversation_id}"
    for file in converted.embedded:
        opened = partial(BytesIO, file.content)
        yield _enclosure(file.row, opened, len(file.content), where)
    shown = {file_id for _, file_id in converted.row.file_ids}
    for target_id in sorted(shown & strays.keys()):
        stray = strays[target_id]
        yield _enclosure(stray.row, stray.blob.open, 1000, where)


def _enclosure(
    row: FileRow, open_blob: Callable[[], BinaryIO], weight: int, where: str
) -> Enclosure:
    item = Item(MESSAGES, f"{where}: {row.filename}", row, fingerprint(row), row.meta["size"])
    return Enclosure(item, open_blob, f"{where}: {row.filename}", weight)


def _parcel(conversation: Conversation, converted: ConvertedChat) -> Iterator[Step]:
    row = converted.row
    yield from converted.message_outcomes
    yield Parcel(
        Item("conversations", conversation.conversation_id, row, fingerprint(row)),
        converted.notices,
        children=((MESSAGES, converted.message_ids),),
        weight=_weight(row),
    )


def _weight(row: ChatRow) -> int:
    """About the bytes that the chat's rows take: everything said twice, once per table."""
    messages = row.chat["history"]["messages"].values()
    return sum(1000 + 2 * characters(message) for message in messages)

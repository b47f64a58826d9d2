"""Conversations with all their messages."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.convert.chats import (
    ChatContext,
    ConvertedChat,
    convert_conversation,
    is_temporary,
    referenced_files,
)
from migrator_core.convert.fingerprint import fingerprint
from migrator_core.convert.result import Skipped
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.pipeline.context import Context, failed, skipped
from migrator_core.pipeline.steps import Found, Parcel, Step
from migrator_core.rows import ChatRow, Item
from migrator_core.source import Document, MessageIndex
from migrator_core.source.models.base import InvalidDocumentError, parse
from migrator_core.source.models.conversation import Conversation
from migrator_core.source.models.message import Message
from migrator_core.target import Written

MESSAGES = "messages"


class ChatsPhase:
    """``conversations`` and ``messages``. One conversation at a time is in memory."""

    name = "conversations"

    def __init__(self, context: Context, messages: MessageIndex, total: int) -> None:
        self._context = context
        self._index = messages
        self._total = total

    def total(self) -> int | None:
        """All messages and conversations."""
        return self._total

    def steps(self) -> Iterator[Step]:
        """A step a conversation, with its messages; at the end the messages nobody asked for."""
        if self._context.has(MESSAGES):
            yield Found(MESSAGES, self._index.total)
        for document in self._index.unreadable():
            yield failed(document, Reason.UNREADABLE_DOCUMENT, document.problem)
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
            self._context.claim(MESSAGES, [row.source_id])
            if row.data is None:
                yield failed(row, Reason.UNREADABLE_DOCUMENT, row.problem)
                continue
            try:
                messages.append(parse(Message, row.data))
                source_ids.append(row.source_id)
            except InvalidDocumentError as error:
                yield failed(row, Reason.INVALID_DOCUMENT, str(error))
        links = self._context.scratch.links(user, referenced_files(conversation, messages))
        converted = convert_conversation(
            conversation,
            messages,
            ChatContext(owner, links, self._context.models, self._context.started),
            source_ids,
        )
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
        yield from _parcel(conversation, converted)

    def _leave_out(
        self, document: Document, conversation: Conversation, reason: Reason
    ) -> Iterator[Step]:
        """Skip a conversation, and its messages for the same reason."""
        yield skipped(document, reason, source_id=conversation.conversation_id)
        if conversation.user is not None:
            taken = self._index.take_ids(conversation.conversation_id, conversation.user)
            for source_id in taken:
                yield Outcome(MESSAGES, source_id, State.SKIPPED, None, reason)


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
    """About the bytes that the chat's rows take: its text twice, once per table."""
    messages = row.chat["history"]["messages"].values()
    return sum(2 * len(message["content"]) + 1000 for message in messages)

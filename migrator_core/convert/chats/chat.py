"""A LibreChat conversation with its messages as one Open WebUI chat (Open WebUI 0.10 to 0.12)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from migrator_core.chat_document import ChatDocument
from migrator_core.convert.chats.chat_dates import ChatDates, chat_dates
from migrator_core.convert.chats.chat_parameters import chat_parameters, other_parameters
from migrator_core.convert.chats.chat_size import row_characters, row_weight
from migrator_core.convert.chats.history import (
    ChatContext,
    History,
    convert_history,
)
from migrator_core.convert.chats.message_ids import name_messages
from migrator_core.convert.chats.placement import chat_model
from migrator_core.convert.chats.tags import tag_row
from migrator_core.convert.chats.tree import RepairedTree, order_and_repair
from migrator_core.convert.cleaning import clean_json, clean_text, single_line
from migrator_core.convert.result import Converted, Skipped
from migrator_core.convert.system_prompt import system_prompt
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.rows import ChatRow, EmbeddedFile, JsonDict, TagRow

__all__ = [
    "ChatContext",
    "ConvertedChat",
    "convert_conversation",
    "is_temporary",
]

DEFAULT_TITLE = "New Chat"
MAX_TITLE = 500
LARGE_CHAT = 5_000_000
"""Bytes of JSON. Open WebUI loads and saves a chat as a whole."""


@dataclass(frozen=True, slots=True)
class ConvertedChat(Converted[ChatRow]):
    """A chat and what became of its messages.

    ``message_ids`` are the source ids of those that share the chat's fate, ``target_ids`` what
    they are called in the chat; all others, repeated
    ones for example, are in ``message_outcomes``. Together they are as many as were given.
    ``embedded`` are files to store before the chat, which shows them; ``weight`` is about the bytes
    that its rows take.
    """

    message_ids: tuple[str, ...] = ()
    target_ids: tuple[str, ...] = ()
    message_outcomes: tuple[Outcome, ...] = ()
    embedded: tuple[EmbeddedFile, ...] = ()
    weight: int = 0


def is_temporary(conversation: Conversation) -> bool:
    """Whether LibreChat would delete the conversation by itself.

    Ordinary chats may have an expiry date too, but only in versions that write ``isTemporary``
    (LibreChat 0.8.7); before, a date meant a temporary chat.
    """
    if conversation.is_temporary is not None:
        return conversation.is_temporary
    return conversation.expired_at is not None


def convert_conversation(
    conversation: Conversation,
    messages: Sequence[Message],
    context: ChatContext,
    source_ids: Sequence[str] | None = None,
) -> ConvertedChat | Skipped:
    """Convert a conversation. ``messages`` are all of its messages, in the order of the source.

    ``source_ids`` are what outcomes call the messages, one for each; by default ``messageId``,
    else ``_id``, else the place.
    """
    if not messages:
        return Skipped(Reason.NO_MESSAGES)
    chat_id = context.chat_id(conversation)
    where = f"conversation {conversation.conversation_id}"
    named = name_messages(messages, chat_id, where)
    tree = order_and_repair([entry.node for entry in named.kept])
    dates = chat_dates(conversation, named.kept, tree, context.fallback)
    history = convert_history(conversation, named.kept, tree, dates.messages, context)
    row = _row(chat_id, conversation, tree, dates, history, context)
    characters = row_characters(row)
    notices = _notices(conversation, row, dates, context, where)
    notices += _large(row, characters, where)
    names = _source_ids(messages) if source_ids is None else source_ids
    arrived = [entry for entry in named.kept if entry.index not in history.failed]
    return ConvertedChat(
        row=row,
        notices=(*named.notices, *history.notices, *notices),
        message_ids=tuple(names[entry.index] for entry in arrived),
        target_ids=tuple(entry.node.id for entry in arrived),
        message_outcomes=(
            *(
                Outcome("messages", names[index], State.SKIPPED, reason=Reason.DUPLICATE)
                for index in named.duplicates
            ),
            *(
                Outcome(
                    "messages",
                    names[index],
                    State.FAILED,
                    reason=Reason.INTERNAL_ERROR,
                    detail=detail,
                )
                for index, detail in history.failed.items()
            ),
        ),
        embedded=tuple(history.embedded.values()),
        weight=row_weight(row, characters),
    )


def _source_ids(messages: Sequence[Message]) -> list[str]:
    return [
        message.message_id or message.document_id or f"message {place}"
        for place, message in enumerate(messages, 1)
    ]


def _row(
    chat_id: str,
    conversation: Conversation,
    tree: RepairedTree,
    dates: ChatDates,
    history: History,
    context: ChatContext,
) -> ChatRow:
    title = chat_title(conversation.title)
    tags = _tags(conversation, context.owner_id)
    system = system_prompt(conversation)
    models = [chat_model(conversation, context.models)]
    chat = chat_document(chat_id, title, models, history, tree.current, dates.created)
    chat["params"] = chat_parameters(conversation) | ({"system": system} if system else {})
    return ChatRow(
        id=chat_id,
        user_id=context.owner_id,
        title=title,
        chat=chat,
        created_at=dates.created,
        updated_at=dates.updated,
        archived=conversation.is_archived,
        # Archiving takes a chat out of every other list, also in Open WebUI; but a chat in a
        # folder may well be pinned there, and is back in its folder once it is not.
        pinned=conversation.pinned and not conversation.is_archived,
        folder_id=None if conversation.is_archived else context.folder_id,
        meta={"tags": [tag.id for tag in tags], "librechat": _provenance(conversation)},
        current_message_id=tree.current,
        tags=tags,
        file_ids=tuple((message, file_id) for file_id, message in history.file_ids.items()),
        feedback=history.feedback,
        unsure=tuple(dict.fromkeys(history.unsure)),
    )


def chat_document(
    own_id: str,
    title: str,
    models: list[str],
    history: History,
    current: str,
    created: int,
) -> ChatDocument:
    """The JSON that the front end reads, without parameters; ``created`` is in seconds."""
    return {
        "id": own_id,
        "title": title,
        "models": models,
        "params": {},
        "files": list(history.documents.values()),
        "history": {"currentId": current, "messages": history.messages},
        "messages": [],
        "tags": [],
        "timestamp": created * 1000,
    }


def chat_title(title: str | None) -> str:
    """One line that is never empty."""
    line = single_line(title, limit=MAX_TITLE + 1)
    if not line:
        return DEFAULT_TITLE
    return line if len(line) <= MAX_TITLE else f"{line[: MAX_TITLE - 1].rstrip()}…"


def _tags(conversation: Conversation, owner_id: str) -> tuple[TagRow, ...]:
    rows = (tag_row(name, owner_id) for name in conversation.tags)
    return tuple({row.id: row for row in rows if row is not None}.values())


def _provenance(conversation: Conversation) -> JsonDict:
    """What ``chat.meta.librechat`` tells; dates in milliseconds, as in the source."""
    known = {
        "conversationId": conversation.conversation_id,
        "endpoint": conversation.endpoint,
        "endpointType": conversation.endpoint_type,
        "model": conversation.model,
        "agent_id": conversation.agent_id,
        "assistant_id": conversation.assistant_id,
        "spec": conversation.spec,
        "chatProjectId": conversation.chat_project_id,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "parameters": other_parameters(conversation) or None,
        "temporary": is_temporary(conversation) or None,
    }
    result: JsonDict = clean_json({key: value for key, value in known.items() if value is not None})
    return result


def _notices(
    conversation: Conversation, row: ChatRow, dates: ChatDates, context: ChatContext, where: str
) -> list[Notice]:
    notices = []
    project = single_line(conversation.chat_project_id, limit=100)
    if project and row.folder_id is None:
        why = "archived chats are in no folder" if context.folder_id else "its folder is not there"
        notices.append(Notice(WarningCode.FOLDER_LEFT_OUT, f"{where}, project {project}: {why}"))
    if conversation.title is not None and clean_text(conversation.title) != conversation.title:
        notices.append(Notice(WarningCode.TEXT_REPAIRED, f"{where}: title"))
    if dates.repaired:
        notices.append(
            Notice(WarningCode.DATE_REPAIRED, f"{where}: {dates.repaired} missing or impossible")
        )
    return notices


def _large(row: ChatRow, characters: int, where: str) -> list[Notice]:
    size = _json_size(row, characters)
    if size <= LARGE_CHAT:
        return []
    return [Notice(WarningCode.LARGE_CHAT, f"{where}: {size / 1e6:.1f} MB")]


def _json_size(row: ChatRow, characters: int) -> int:
    """Bytes of the chat's JSON; 0 where a cheap look shows that it is far below the limit."""
    # A character takes at most six bytes in JSON.
    least = 500 * len(row.chat["history"]["messages"]) + characters
    if least * 6 < LARGE_CHAT or least > LARGE_CHAT:  # writing it would take long
        return least if least > LARGE_CHAT else 0
    return len(json.dumps(row.chat, ensure_ascii=False).encode("utf-8"))

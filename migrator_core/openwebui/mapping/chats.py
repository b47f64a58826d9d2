"""Chats and what belongs to them: messages, tags, files, ratings, folders, shared copies.

From ``open_webui/models/chats.py`` and its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from migrator_core.openwebui.mapping.context import (
    MappingContext,
    TableRow,
    companion_id,
    grant_rows,
)
from migrator_core.rows import ChatRow, FeedbackRow, FolderRow, SharedChatRow, TagRow


def tag_rows(row: TagRow, _context: MappingContext) -> list[TableRow]:
    """A tag of one user."""
    return [TableRow("tag", {"id": row.id, "name": row.name, "user_id": row.user_id})]


def chat_rows(row: ChatRow, context: MappingContext) -> list[TableRow]:
    """A chat twice over, as the app keeps it: the document the UI reads and a row per message.

    Without the message rows a continued chat would send almost none of its past to the model.
    """
    chat = {
        "id": row.id,
        "user_id": row.user_id,
        "title": row.title,
        "chat": _with_flat_messages(row.chat) if context.searches_flat else row.chat,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "archived": row.archived,
        "pinned": row.pinned,
        "meta": row.meta,
        "folder_id": row.folder_id,
        "share_id": row.share_id,
        "current_message_id": row.current_message_id,
        # Or every migrated chat would be marked as unread.
        "last_read_at": max(row.updated_at, context.now),
    }
    tags = [replace(one, if_absent=True) for tag in row.tags for one in tag_rows(tag, context)]
    ratings = [_feedback(one) for one in row.feedback]
    return [*tags, TableRow("chat", chat), *_messages(row), *_files(row), *ratings]


def shared_chat_rows(row: SharedChatRow, _context: MappingContext) -> list[TableRow]:
    """A copy of a chat for others, and who they are (``models/shared_chats.py``)."""
    shared = {
        "id": row.id,
        "chat_id": row.chat_id,
        "user_id": row.user_id,
        "title": row.title,
        "chat": row.chat,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    grants = grant_rows("shared_chat", row.chat_id, row.grants, row.created_at)
    return [TableRow("shared_chat", shared), *grants]


def folder_rows(row: FolderRow, _context: MappingContext) -> list[TableRow]:
    """A folder at the top level (``models/folders.py``), closed as a new one is."""
    values = {
        "id": row.id,
        "user_id": row.user_id,
        "name": row.name,
        "data": row.data,
        "meta": row.meta,
        "is_expanded": False,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    return [TableRow("folder", values)]


def _feedback(row: FeedbackRow) -> TableRow:
    """A rating as the app stores one (``models/feedbacks.py``).

    The page of the administrators looks for messages in the snapshot and breaks without one; so
    there is one, without any. A rating that outlived its chat gives no reason to lose the chat.
    """
    values = {
        "id": row.id,
        "user_id": row.user_id,
        "version": 0,
        "type": "rating",
        "data": row.data,
        "meta": row.meta,
        "snapshot": {"chat": {"chat": {"history": {"messages": {}}}}},
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    return TableRow("feedback", values, if_absent=True)


def _with_flat_messages(chat: Mapping[str, Any]) -> dict[str, Any]:
    """The document with a flat copy of its messages, which is all that 0.10 searches.

    Its page keeps the current branch there; with every branch, a search finds what it finds in
    later versions. Only what a search looks at: the messages themselves are in ``history``.
    """
    messages: Mapping[str, Mapping[str, Any]] = chat["history"]["messages"]
    kept = ("id", "parentId", "role", "content")
    flat = [{key: message[key] for key in kept} for message in messages.values()]
    return {**chat, "messages": flat}


def _messages(row: ChatRow) -> Iterator[TableRow]:
    """Rows as ``ChatMessages._build_message`` makes them (``models/chat_messages.py``)."""
    messages: Mapping[str, Mapping[str, Any]] = row.chat["history"]["messages"]
    for message_id, message in messages.items():
        get = message.get
        error = get("error")
        created_at = get("timestamp") or row.created_at
        values = {
            "id": f"{row.id}-{message_id}",
            "chat_id": row.id,
            "user_id": row.user_id,
            "role": message["role"],
            "parent_id": get("parentId"),
            "content": get("content", ""),
            "output": _list(get("output")),
            "model_id": get("model"),
            "files": _list(get("files")),
            "sources": _list(get("sources")),
            "embeds": _list(get("embeds")),
            "done": get("done", True),
            "status_history": _list(get("statusHistory")),
            "error": error if isinstance(error, dict | str) else None,
            "usage": get("usage") or None,
            "created_at": created_at,
            "updated_at": created_at,
        }
        yield TableRow("chat_message", values)


def _list(value: object) -> list[Any] | None:
    # ``ChatMessageModel`` refuses anything else, and one refused row hides the whole chat.
    return value if isinstance(value, list) else None


def _files(row: ChatRow) -> Iterator[TableRow]:
    linked: set[str] = set()
    for message_id, file_id in row.file_ids:
        if file_id in linked:  # unique per chat and file
            continue
        linked.add(file_id)
        values = {
            "chat_id": row.id,
            "file_id": file_id,
            "user_id": row.user_id,
            "message_id": message_id,
            "created_at": row.created_at,
            "updated_at": row.created_at,
        }
        yield TableRow("chat_file", {"id": chat_file_id(values), **values})


def chat_file_id(values: Mapping[str, Any]) -> str:
    """The id of a row of ``chat_file``."""
    return companion_id("chat_file", values["chat_id"], values["file_id"])

"""How the index of messages calls messages, conversations and people."""

from __future__ import annotations

from typing import Any

from migrator_core.librechat.collection import Document
from migrator_core.librechat.values import normalise_id


def message_name(document: Document) -> str:
    """A message's source id: its ``messageId``, else what every document is called."""
    identifier = document.data.get("messageId") if document.data else None
    return identifier if isinstance(identifier, str) and identifier else document.source_id


def identifier(value: Any) -> str | None:  # noqa: ANN401 - reads whatever a document holds
    """An id as a text, if it can be one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return str(value)
    return value if isinstance(value, str) and value else None


def keys(conversation_id: str, user: str) -> tuple[bytes | None, bytes | None]:
    """The keys of a conversation and of its user."""
    normal = normalise_id(user)
    return key(conversation_id), key(normal.lower() if normal else user.lower())


def key(text: str | None) -> bytes | None:
    """A text as the index keeps it."""
    # Bytes, because SQLite takes no half surrogate pairs, and texts end at a NUL.
    return None if text is None else text.encode("utf-8", "surrogatepass")


def text_of(key: bytes | None) -> str | None:
    """The text of a key."""
    return None if key is None else key.decode("utf-8", "surrogatepass")

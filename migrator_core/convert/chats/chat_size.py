"""How large a chat is, without writing its JSON."""

from __future__ import annotations

from migrator_core.chat_document import ChatMessage
from migrator_core.convert.cleaning import rough_size
from migrator_core.rows import ChatRow

_BULKY = ("output", "sources", "code_executions")
"""Fields that may hold as much as the message's text, or far more."""


def row_weight(row: ChatRow) -> int:
    """About the bytes that the chat's rows take: everything said twice, once per table."""
    messages = row.chat["history"]["messages"].values()
    return sum(1000 + 2 * characters(message) for message in messages)


def characters(message: ChatMessage) -> int:
    """About the characters of a message's texts; keys and ids are a few hundred more."""
    fields = (message.get(key) for key in _BULKY)
    return len(message["content"]) + sum(rough_size(value) for value in fields if value)

"""How large a chat is, without writing its JSON."""

from __future__ import annotations

from migrator_core.chat_document import ChatMessage
from migrator_core.convert.cleaning import rough_size
from migrator_core.rows import ChatRow

_BULKY = ("output", "sources", "code_executions")
"""Fields that may hold as much as the message's text, or far more."""


def row_characters(row: ChatRow) -> int:
    """About the characters of all texts of the chat's messages."""
    return sum([characters(message) for message in row.chat["history"]["messages"].values()])


def row_weight(row: ChatRow, characters: int) -> int:
    """About the bytes that the chat's rows take: everything said twice, once per table."""
    return 1000 * len(row.chat["history"]["messages"]) + 2 * characters


def characters(message: ChatMessage) -> int:
    """About the characters of a message's texts; keys and ids are a few hundred more."""
    total = len(message["content"])
    for key in _BULKY:
        value = message.get(key)
        if value:
            total += rough_size(value)
    return total

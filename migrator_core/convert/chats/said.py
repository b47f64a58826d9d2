"""A message as it was read: who said it, and its parts, which are read here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from migrator_core.chat_document import Role
from migrator_core.convert.content.pieces import Part
from migrator_core.convert.content.reading import read_parts
from migrator_core.librechat.documents.message import Message
from migrator_core.record import record

_USER_SENDERS = frozenset({"user", "human", "you"})


@record
class Said:
    """A message, who said it, and the parts of its ``content`` that count."""

    message: Message
    role: Role
    parts: Sequence[Part]


def read_message(message: Message) -> Said:
    """Read a message."""
    return Said(message, role_of(message), read_parts(message.content))


def role_of(message: Message) -> Role:
    """Who wrote it. ``sender`` counts only where ``isCreatedByUser`` is not there to tell."""
    if message.is_created_by_user is not None:
        return "user" if message.is_created_by_user else "assistant"
    return "user" if (message.sender or "").strip().lower() in _USER_SENDERS else "assistant"

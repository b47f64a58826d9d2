"""Every conversation of the sample, by whoever writes it."""

from __future__ import annotations

from scripts.sample.chat import Chat
from scripts.sample.conversations import (
    broken,
    left_behind,
    office,
    product,
    studio,
    support,
    tools,
)

CHATS: tuple[Chat, ...] = (
    *product.CHATS,
    *tools.CHATS,
    *support.CHATS,
    *broken.CHATS,
    *studio.CHATS,
    *office.CHATS,
    *left_behind.CHATS,
)

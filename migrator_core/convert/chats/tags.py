"""LibreChat's bookmarks as Open WebUI's tags."""

from __future__ import annotations

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.ids import tag_id
from migrator_core.rows import TagRow

MAX_NAME = 200
"""In code points. The id is in a primary key, and a PostgreSQL index entry holds 2704 bytes."""

RESERVED = frozenset({"none"})
"""Open WebUI reads ``tag:none`` as "chats without tags" (0.12, ``models/chats.py``)."""


def tag_row(name: str, user_id: str) -> TagRow | None:
    """One user's tag, or None for a name without any visible character.

    A reserved name gets a word behind it, or its chats could never be found by it.
    """
    label = single_line(name, limit=MAX_NAME)
    if not label:
        return None
    if tag_id(label) in RESERVED:
        label = f"{label} (tag)"
    return TagRow(id=tag_id(label), name=label, user_id=user_id)

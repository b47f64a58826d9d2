"""What a message of a chat says, and what of it a person may have changed.

Open WebUI 0.12.4: continuing a chat adds messages, their parents' ``childrenIds`` and ``currentId``
(``models/chats.py: insert_chat_turn``); deleting one hangs its grandchildren on its parent
(``delete_message_from_history``); a page that saves may give a message further keys, none of those
that are compared here.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeAlias

from migrator_core.chat_document import LOST_FILE
from migrator_core.openwebui.contents.digests import digest, digest_of_texts

Message: TypeAlias = Mapping[str, Any]

SAID = (
    "role", "content", "output", "code_executions", "files", "sources", "statusHistory",
    "annotation", "error",
)  # fmt: skip
"""What is compared: what a person reads in a message, and may edit or rate."""

_PLAIN = ("content", "role")
"""All that most messages have of it."""

_OURS = frozenset({*SAID, "usage", "meta", "feedbackId", "modelName"})
"""What goes where a message of ours is replaced."""

_LOST = re.compile("{}([^📎]*?){}".format(*map(re.escape, LOST_FILE)))
_PLACE = frozenset({"id", "parentId", "childrenIds", "models", "modelIdx"})


def said(message: Message) -> str:
    """The digest of what a message says."""
    shown = {name: value for name in SAID if (value := message.get(name))}
    if len(shown) == len(_PLAIN):
        role, content = shown.get("role"), shown.get("content")
        if isinstance(role, str) and isinstance(content, str):
            return digest_of_texts({"content": content, "role": role})
    return digest(shown)


def says_more(ours: Message, theirs: Message) -> bool:
    """Whether a message that lacks files lacks fewer of them now, and none that was there."""
    now, before = _lacks(ours), _lacks(theirs)
    return bool(now) and now < before


def _lacks(message: Message) -> Counter[str]:
    """The names of files that the message could not show."""
    shown = json.dumps([message.get("content"), message.get("output")], ensure_ascii=False)
    return Counter(_LOST.findall(shown))


def stands(parent: object) -> str:
    """The digest of where a message stands: four characters are enough to tell parents apart."""
    return digest(parent)[:4]


def entry(message: Message, parent: object) -> str:
    """A message as the ledger knows it."""
    return said(message) + stands(parent)


def replaced(there: Message, ours: Message) -> dict[str, Any]:
    """A message of ours as the backup has it now, in the place where it stands."""
    kept = {name: value for name, value in there.items() if name not in _OURS}
    return {**kept, **{name: value for name, value in ours.items() if name not in _PLACE}}


def messages_of(chat: Mapping[str, Any]) -> dict[str, Message]:
    """All messages of a chat that is there; whatever else may stand among them is left out."""
    history = chat.get("history")
    found = history.get("messages") if isinstance(history, dict) else None
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, dict)}

"""One unique id per message of a conversation, and parent links in terms of those ids.

LibreChat's own ids stay. Open WebUI uses them as keys of a JavaScript object and in addresses, so
an id that would break there is replaced, as is a missing one or one that was used before.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid5

from migrator_core.convert.chats.tree import Node
from migrator_core.convert.ids import NAMESPACE
from migrator_core.librechat.documents.message import NO_PARENT, Message
from migrator_core.outcome import Notice, WarningCode
from migrator_core.record import record

_USABLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:~-]{0,199}")


@record
class NamedMessage:
    """A message with its place in what was read, and its node of the tree."""

    index: int
    message: Message
    node: Node


@dataclass(frozen=True, slots=True)
class NamedMessages:
    """The messages to convert, and the places of those that repeat an earlier one."""

    kept: tuple[NamedMessage, ...]
    duplicates: tuple[int, ...]
    notices: tuple[Notice, ...]


def name_messages(messages: Sequence[Message], chat_id: str, where: str) -> NamedMessages:
    """Give every message an id that is unique in the chat ``chat_id``.

    A row with an id that was seen before is a duplicate if it is the same document (``_id``) or
    says the same; otherwise it is kept beside the first one. ``where`` names the conversation.
    """
    kept, duplicates = _without_duplicates(messages)
    taken = {
        message.message_id
        for _, message, first in kept
        if first and message.message_id is not None and _usable(message.message_id)
    }
    ids: dict[int, str] = {}
    by_source_id: dict[str, str] = {}
    notices = []
    for index, message, first in kept:
        own = message.message_id
        if own is not None and first and own in taken:
            ids[index] = own
        else:
            ids[index] = _derived_id(chat_id, message, index, taken)
            taken.add(ids[index])
            shown = repr(own[:80]) if own else "none"
            notices.append(
                Notice(
                    WarningCode.MESSAGE_ID_REPAIRED,
                    f"{where}, message {index + 1} (_id {message.document_id}): "
                    f"id {shown} became {ids[index]}",
                )
            )
        if own is not None and first:
            by_source_id[own] = ids[index]
    named = tuple(
        NamedMessage(
            index=index,
            message=message,
            node=Node(ids[index], _parent(message, ids[index], by_source_id), message.created_at),
        )
        for index, message, _ in kept
    )
    return NamedMessages(kept=named, duplicates=tuple(duplicates), notices=tuple(notices))


def _without_duplicates(
    messages: Sequence[Message],
) -> tuple[list[tuple[int, Message, bool]], list[int]]:
    """What to keep as (place, message, whether its id is new), and the places of duplicates."""
    first_place: dict[str, int] = {}
    seen: dict[str, set[str]] = {}
    kept: list[tuple[int, Message, bool]] = []
    duplicates = []
    for index, message in enumerate(messages):
        own = message.message_id
        if own is None or not own.strip() or own not in first_place:
            if own is not None and own.strip():
                first_place[own] = index
            kept.append((index, message, True))
            continue
        # Fingerprints cost, so they are taken of ids that do occur twice only.
        if own not in seen:
            seen[own] = _marks(messages[first_place[own]])
        known = seen[own]
        marks = _marks(message)
        if known.isdisjoint(marks):
            kept.append((index, message, False))
        else:
            duplicates.append(index)
        known |= marks
    return kept, duplicates


def _marks(message: Message) -> set[str]:
    """Two rows with one id are the same message if they share one of these."""
    shown = (
        message.is_created_by_user,
        message.sender,
        message.parent_message_id,
        message.text,
        message.content,
        message.files,
        message.attachments,
        message.image_urls,
        message.quotes,
    )
    try:
        canonical = json.dumps(shown, sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError):
        canonical = f"cannot be compared: {id(message)}"
    marks = {hashlib.sha256(canonical.encode("utf-8", "backslashreplace")).hexdigest()}
    if message.document_id is not None:
        marks.add(f"_id {message.document_id}")
    return marks


def _usable(message_id: str) -> bool:
    # JavaScript moves keys that are numbers to the front of an object, and ``__proto__`` is none.
    return (
        _USABLE.fullmatch(message_id) is not None
        and not message_id.isdigit()
        and message_id not in {NO_PARENT, "__proto__"}
    )


def _derived_id(chat_id: str, message: Message, index: int, taken: set[str]) -> str:
    """From the row's ``_id`` where it has one, so that its place in the file does not matter."""
    seed = message.document_id or f"place {index}"
    readable = seed.encode("utf-8", "backslashreplace").decode("utf-8")
    attempt = 0
    while (result := str(uuid5(NAMESPACE, f"message:{chat_id}:{readable}:{attempt}"))) in taken:
        attempt += 1
    return result


def _parent(message: Message, own_id: str, by_source_id: dict[str, str]) -> str | None:
    parent = message.parent_message_id
    if parent is None or not parent.strip() or parent == NO_PARENT:
        return None
    if parent == message.message_id:
        return own_id
    return by_source_id.get(parent, parent)

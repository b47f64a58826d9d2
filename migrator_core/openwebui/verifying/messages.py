"""The messages of a chat, compared: in the document that people see, and in the rows beside it.

Open WebUI changes both copies together and notes it on the chat (``models/chats.py``, 0.12; earlier
releases leave the row as it was where people edit). So copies that disagree are damage, whoever
wrote in the chat since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from migrator_core.openwebui.verifying.facts import Facts, Gap, Rows, Values, by_touch, same
from migrator_core.verification import Difference

_COLUMNS = {
    "parentId": "parent_id",
    "content": "content",
    "role": "role",
    "output": "output",
    "files": "files",
    "sources": "sources",
    "embeds": "embeds",
    "model": "model_id",
    "done": "done",
    "statusHistory": "status_history",
    "error": "error",
    "usage": "usage",
}
"""A message's keys that have a column of their own in ``chat_message``."""
_TABLE = "chat_message"


@dataclass(frozen=True, slots=True)
class _Copies:
    """One message that was migrated: as expected and as found, in the document and in the rows."""

    id: str
    expected: Values
    expected_row: Values
    found: Values | None
    found_row: Values | None


def compare_messages(expected: Rows, actual: Rows, facts: Facts, *, touched: bool) -> Iterator[Gap]:
    """Every message of the tree, and what is there beyond."""
    chat_id = expected["chat"][0]["id"]
    wanted, found = _history(expected["chat"][0]), _history(actual["chat"][0])
    wanted_rows = _by_message(expected, chat_id)
    found_rows = _by_message(actual, chat_id)
    for message_id, message in wanted.items():
        copies = _Copies(
            message_id,
            message,
            wanted_rows[message_id],
            _dict_or_none(found.get(message_id)),
            found_rows.get(message_id),
        )
        yield from _compare(copies, found, facts, touched=touched)
    more = Difference.CHANGED_IN_OPEN_WEBUI if touched else Difference.UNEXPECTED
    for message_id in unexpected_messages(expected, actual):
        known = (chat_id, message_id) in facts.brought
        if known and message_id in found and message_id in found_rows:
            yield Gap(Difference.NOT_IN_BACKUP, f"message {message_id}")
        else:
            yield Gap(more, f"message {message_id}: not migrated")


def unexpected_messages(expected: Rows, actual: Rows) -> list[str]:
    """The messages of a chat that the backup does not have."""
    chat_id = expected["chat"][0]["id"]
    found = _history(actual["chat"][0]).keys() | _by_message(actual, chat_id).keys()
    return sorted(found - _history(expected["chat"][0]).keys())


def _compare(
    copies: _Copies, found: Mapping[str, Any], facts: Facts, *, touched: bool
) -> Iterator[Gap]:
    name = f"message {copies.id}"
    if copies.found is None and copies.found_row is None:
        kind = Difference.REMOVED_IN_OPEN_WEBUI if touched else Difference.MISSING
        yield Gap(kind, name)
    elif copies.found_row is None:
        yield Gap(Difference.MISSING, f"{name}: not in {_TABLE}")
    elif copies.found is None:
        # Before 0.12 people remove a message from the document alone.
        by_people = touched and not facts.in_step
        kind = Difference.REMOVED_IN_OPEN_WEBUI if by_people else Difference.MISSING
        yield Gap(kind, f"{name}: not in the chat")
    else:
        yield from _fields(copies, copies.found, copies.found_row, facts, touched=touched)
        yield from _siblings(copies, copies.found, found, touched=touched)


def _fields(
    copies: _Copies, found: Values, row: Values, facts: Facts, *, touched: bool
) -> Iterator[Gap]:
    name = f"message {copies.id}"
    for key in (copies.expected.keys() | found.keys()) - _COLUMNS.keys() - {"childrenIds"}:
        if not same(copies.expected.get(key), found.get(key)):
            yield Gap(by_touch(touched), f"{name}: {key}")
    for key, column in _COLUMNS.items():
        in_document = not same(copies.expected.get(key), found.get(key))
        in_row = not _same_column(copies.expected_row.get(column), row.get(column))
        if in_document and in_row:
            yield Gap(by_touch(touched), f"{name}: {key}")
        elif in_document:
            yield Gap(by_touch(touched and not facts.in_step), f"{name}: {key} in the chat")
        elif in_row:
            yield Gap(Difference.DIFFERS, f"{name}: {column} in {_TABLE}")
    if not same(copies.expected_row.get("user_id"), row.get("user_id")):
        yield Gap(Difference.DIFFERS, f"{name}: user_id in {_TABLE}")


def _same_column(expected: object, actual: object) -> bool:
    """A column that was left out has the value that Open WebUI gives it: none, or an empty one."""
    if expected is None:
        return not actual or actual is True
    return same(expected, actual)


def _siblings(
    copies: _Copies, found: Values, everybody: Mapping[str, Any], *, touched: bool
) -> Iterator[Gap]:
    wanted = list(copies.expected.get("childrenIds") or ())
    children = found.get("childrenIds")
    present = list(children) if isinstance(children, list) else []
    ours = [child for child in present if child in wanted]
    still = [child for child in wanted if child in everybody]
    if ours != still:
        yield Gap(by_touch(touched), f"message {copies.id}: order of the answers")


def _history(chat: Values) -> Mapping[str, Any]:
    document = chat.get("chat")
    history = document.get("history") if isinstance(document, dict) else None
    messages = history.get("messages") if isinstance(history, dict) else None
    return messages if isinstance(messages, dict) else {}


def _by_message(rows: Rows, chat_id: str) -> dict[str, Values]:
    prefix = f"{chat_id}-"
    return {str(row["id"]).removeprefix(prefix): row for row in rows.get(_TABLE) or ()}


def _dict_or_none(value: object) -> Values | None:
    return value if isinstance(value, dict) else None

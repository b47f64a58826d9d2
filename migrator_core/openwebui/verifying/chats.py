"""A chat and what belongs to it, compared.

What Open WebUI changes without a date (``models/chats.py``, 0.10 to 0.12): tags, the archive as a
whole, folders that are deleted, the branch on display. Titles are kept twice.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.openwebui.verifying.facts import Facts, Gap, Rows, Values, by_touch, one, same
from migrator_core.openwebui.verifying.messages import compare_messages
from migrator_core.verification import Difference

_CHANGED = Difference.CHANGED_IN_OPEN_WEBUI
_ELSEWHERE = ("history", "title", "messages")
"""Keys of the document that are compared in another way; ``messages`` serves the search of 0.10."""
_FREE = ("params", "variables")
"""Keys that people change without a trace."""


def compare_chat(expected: Rows, actual: Rows, facts: Facts) -> Iterator[Gap]:
    """Everything of a chat: its own row, its messages, its files and ratings."""
    wanted, chat = expected["chat"][0], actual["chat"][0]
    touched = facts.touched(wanted, chat)
    yield from _document(wanted, chat, touched=touched)
    yield from compare_messages(expected, actual, facts, touched=touched)
    yield from _place(wanted, chat, facts, touched=touched)
    yield from _tags(wanted, chat, facts)
    yield from _share(wanted, chat, facts)
    yield from _files(expected, actual, facts, touched=touched)
    yield from _ratings(expected, actual, facts)


def _document(wanted: Values, chat: Values, *, touched: bool) -> Iterator[Gap]:
    if wanted["user_id"] != chat.get("user_id"):
        yield Gap(Difference.DIFFERS, "user_id")
    document = chat.get("chat")
    if not isinstance(document, dict):
        yield Gap(Difference.DIFFERS, "chat")
        return
    yield from _title(wanted, chat, document)
    for key, value in wanted["chat"].items():
        if key in _ELSEWHERE or same(value, document.get(key)):
            continue
        yield Gap(by_touch(touched or key in _FREE), f"chat: {key}")
    history = document.get("history")
    current = history.get("currentId") if isinstance(history, dict) else None
    if current != wanted["chat"]["history"]["currentId"]:
        known = isinstance(history, dict) and current in (history.get("messages") or {})
        yield Gap(by_touch(known), "chat: the branch on display")


def _title(wanted: Values, chat: Values, document: Values) -> Iterator[Gap]:
    column, copy = chat.get("title"), document.get("title")
    if column != copy:
        yield Gap(Difference.DIFFERS, "title: two of them")
    elif column != wanted["title"]:
        yield Gap(_CHANGED, "title")  # in both places, as renaming does; it leaves no date


def _place(wanted: Values, chat: Values, facts: Facts, *, touched: bool) -> Iterator[Gap]:
    archived = bool(chat.get("archived"))
    if archived != bool(wanted["archived"]):
        yield Gap(_CHANGED, "archived")
    if bool(chat.get("pinned")) != bool(wanted["pinned"]):
        yield Gap(by_touch(touched), "pinned")
    folder, present = wanted.get("folder_id"), chat.get("folder_id")
    if present == folder:
        return
    if present is not None:
        # A folder that is not there hides its chats.
        yield Gap(by_touch(facts.is_there("folder", present)), "folder_id")
    else:
        moved = touched or archived or not facts.is_there("folder", folder)
        yield Gap(by_touch(moved), "folder_id")


def _tags(wanted: Values, chat: Values, facts: Facts) -> Iterator[Gap]:
    meta = chat.get("meta")
    if not isinstance(meta, dict):
        yield Gap(Difference.DIFFERS, "meta")
        return
    if not same(_origin(wanted["meta"]), _origin(meta)):
        yield Gap(Difference.DIFFERS, "meta: where it came from")
    ours, present = tag_ids(wanted), tag_ids(chat)
    for tag in sorted(ours - present):
        # Who takes the last one off a chat leaves no row of the tag behind.
        alone = f"{wanted['user_id']}/{tag}" in facts.orphans
        yield Gap(by_touch(not alone), f"tag {tag}")
    for tag in sorted(ours & present):
        if not facts.is_there("tag", f"{wanted['user_id']}/{tag}"):
            yield Gap(Difference.MISSING, f"tag {tag}: without a row, nobody sees it")
    if present - ours:
        yield Gap(_CHANGED, "tags added")


def _origin(meta: Values) -> object:
    """The conversation that it was; the rest of its provenance may change there."""
    ours = meta.get("librechat")
    return ours.get("conversationId") if isinstance(ours, dict) else None


def tag_ids(chat: Values) -> set[str]:
    """The ids of a chat's tags."""
    meta = chat.get("meta")
    tags = meta.get("tags") if isinstance(meta, dict) else None
    return {tag for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()


def _share(wanted: Values, chat: Values, facts: Facts) -> Iterator[Gap]:
    ours, present = wanted.get("share_id"), chat.get("share_id")
    if present == ours:
        return
    # Who ends sharing removes the copy as well.
    by_people = present is not None or not facts.is_there("shared_chat", ours)
    yield Gap(by_touch(by_people), "share_id")


def _files(expected: Rows, actual: Rows, facts: Facts, *, touched: bool) -> Iterator[Gap]:
    present = {row["file_id"] for row in actual.get("chat_file") or ()}
    for row in expected.get("chat_file", ()):
        file_id = row["file_id"]
        if file_id in present or not facts.is_there("file", file_id):
            continue  # a file that is gone is a finding of its own, and takes its links along
        yield Gap(_CHANGED if touched else Difference.MISSING, f"chat_file: {file_id}")


def _ratings(expected: Rows, actual: Rows, facts: Facts) -> Iterator[Gap]:
    present = {row["id"]: row for row in actual.get("feedback") or ()}
    for row in expected.get("feedback", ()):
        rating = present.get(row["id"])
        if rating is None:
            yield Gap(Difference.REMOVED_IN_OPEN_WEBUI, f"rating {row['id']}")
        elif not same(row["data"], rating.get("data")):
            yield Gap(by_touch(facts.touched(row, rating)), f"rating {row['id']}")


def compare_shared_chat(expected: Rows, actual: Rows, facts: Facts) -> Iterator[Gap]:
    """The copy that others see; its readers are compared apart."""
    wanted, shared = expected["shared_chat"][0], one(actual, "shared_chat") or {}
    touched = facts.touched(wanted, shared)
    for column in ("user_id", "chat_id"):
        if wanted[column] != shared.get(column):
            yield Gap(Difference.DIFFERS, column)
    for column in ("title", "chat"):
        if not same(wanted[column], shared.get(column)):
            yield Gap(by_touch(touched), column)

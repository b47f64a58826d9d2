"""A chat: its own columns, its tags, and a tree of messages that may have grown on both sides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from migrator_core.openwebui.contents.choices import Choice, choose, remembered
from migrator_core.openwebui.contents.digests import PRESENT, REST, Digests, digest
from migrator_core.openwebui.contents.listed_files import brought_up_to_date
from migrator_core.openwebui.contents.message_rows import message_changes
from migrator_core.openwebui.contents.messages import Message, entry, messages_of
from migrator_core.openwebui.contents.rest import rest_of_chat
from migrator_core.openwebui.contents.review import (
    FATES,
    Change,
    Delete,
    Fate,
    Insert,
    Review,
    TableRows,
    Update,
)
from migrator_core.openwebui.contents.tree import MergedTree, merge_tree
from migrator_core.openwebui.mapping.context import TableRow
from migrator_core.rows import ChatRow, Row

MESSAGE = "message/"
_TAG = "tag/"
_SHOWN = "shown"
LINK = "shared link"
_COLUMNS = {
    "title": "title", "folder": "folder_id", "archived": "archived", "pinned": "pinned",
    LINK: "share_id",
}  # fmt: skip
_NOTHING = frozenset({None, digest(None)})
_QUIET = ("params", "models")
"""Keys of the document that a page saves along with whatever somebody does: followed where nobody
touched them, and never spoken of."""


class ChatContents:
    """See :class:`.Contents`."""

    reads: frozenset[str] = frozenset()

    def digests(self, rows: list[TableRow]) -> Digests:
        """See :meth:`.Contents.digests`."""
        values = _chat(rows)
        chat = values["chat"]
        messages = messages_of(chat)
        return {
            **_own(values),
            **{name: digest(chat.get(name)) for name in _QUIET},
            _SHOWN: digest(chat["history"]["currentId"]),
            REST: rest_of_chat(values),
            **{
                MESSAGE + key: entry(message, message["parentId"])
                for key, message in messages.items()
            },
        }

    def review(
        self,
        row: Row,
        rows: list[TableRow],
        there: TableRows,
        written: Digests | None,
        *,
        partial: bool,
        lacking: Collection[str] = (),  # noqa: ARG002 - as the protocol has it
    ) -> Review:
        """See :meth:`.Contents.review`."""
        unsure = frozenset(row.unsure) if isinstance(row, ChatRow) else frozenset()
        return _Comparison(rows, there["chat"][0], written, partial=partial).review(unsure)

    def taken_back(self, there: TableRows, written: Digests) -> Review:
        """See :meth:`.Contents.taken_back`."""
        chat = there["chat"][0]
        if not chat.get("share_id") or written.get(LINK) != digest(chat["share_id"]):
            return Review({}, written)
        own_id = chat["id"]
        closed = Update("chat", {"id": own_id}, {"share_id": None})
        return Review({}, {**written, LINK: digest(None)}, (closed, *_close(chat, own_id)))


class _Comparison:
    """One chat of the backup beside the one that is there."""

    def __init__(
        self,
        rows: list[TableRow],
        there: Mapping[str, Any],
        written: Digests | None,
        *,
        partial: bool,
    ) -> None:
        self._rows = rows
        self._ours = _chat(rows)
        self._there = there
        self._written = written
        self._partial = partial
        document = there["chat"]
        self._document: dict[str, Any] = dict(document) if isinstance(document, dict) else {}
        self._values: dict[str, object] = {}
        self._fates: dict[str, Fate] = {}
        self._now: dict[str, str] = dict(written or {})

    def review(self, unsure: frozenset[str]) -> Review:
        entries = None
        if self._written is not None:
            entries = _inside(self._written, MESSAGE)
        merged = merge_tree(
            messages_of(self._ours["chat"]), messages_of(self._document), entries, unsure
        )
        self._compare_own()
        self._compare_quiet()
        self._take(merged)
        changes = list(self._changes(merged))
        if self._now.get(REST) == rest_of_chat(self._there):
            self._now[REST] = rest_of_chat({**self._there, **self._values})
        fates = {MESSAGE + key: FATES[choice] for key, choice in merged.choices.items()}
        return Review(self._fates, self._now, tuple(changes), fates)

    def _compare_own(self) -> None:
        """The columns, and tag by tag."""
        ours, there = _own(self._ours), _own(self._there)
        known = self._written is not None
        tags = set(_tags(self._there))
        names = [
            name for name in {**ours, **(self._written or {})} if name in ours or _is_tag(name)
        ]
        for name in names:
            was = (self._written or {}).get(name)
            choice = choose(ours.get(name), was, there.get(name), known=known)
            lacks_link = self._partial and name == LINK and self._ours.get("share_id") is None
            if choice is Choice.BRING and lacks_link:
                choice = Choice.SAME
            self._fates[name] = FATES[choice]
            note = remembered(choice, ours.get(name), was, known=known)
            if ours.get(name) == there.get(name) and ours.get(name) in _NOTHING:
                note = ours.get(name)  # gone on both sides: what comes next is new
            self._note(name, note)
            if choice is not Choice.BRING:
                continue
            if _is_tag(name):
                tags.symmetric_difference_update({name.removeprefix(_TAG)})
            else:
                self._values[_COLUMNS[name]] = self._ours.get(_COLUMNS[name])
        if tags != set(_tags(self._there)):
            order = [*_tags(self._there), *_tags(self._ours)]
            meta = self._there.get("meta") or {}
            kept = [tag for tag in dict.fromkeys(order) if tag in tags]
            self._values["meta"] = {**meta, "tags": kept}
        if "title" in self._values:
            self._document["title"] = self._values["title"]
            self._values["chat"] = self._document

    def _compare_quiet(self) -> None:
        for name in _QUIET:
            was = (self._written or {}).get(name)
            ours, there = self._ours["chat"].get(name), self._document.get(name)
            known = self._written is not None
            choice = choose(digest(ours), was, digest(there), known=known)
            self._note(name, remembered(choice, digest(ours), was, known=known))
            if choice is Choice.BRING:
                self._document[name] = ours
                self._values["chat"] = self._document

    def _take(self, merged: MergedTree) -> None:
        """The document with all messages, and the branch that it shows."""
        self._now |= {MESSAGE + key: value for key, value in merged.written.items()}
        history = dict(self._document.get("history") or {})
        shown = self._there.get("current_message_id") or history.get("currentId")
        wanted = self._ours["chat"]["history"]["currentId"]
        moves = self._follows(merged, shown) and wanted in merged.messages
        if moves or (self._written is None and shown == wanted):
            self._now[_SHOWN] = digest(wanted)
        if not merged.changed and not (moves and shown != wanted):
            return
        history["messages"] = merged.messages
        if moves:
            history["currentId"] = wanted
            self._values["current_message_id"] = wanted
        _arrange(merged, messages_of(self._ours["chat"]))
        self._document["history"] = history
        if self._ours["chat"].get("messages"):  # the flat copy that Open WebUI 0.10 searches
            kept = ("id", "parentId", "role", "content")
            self._document["messages"] = [
                {key: message.get(key) for key in kept} for message in merged.messages.values()
            ]
        self._add_documents(merged)
        self._values["chat"] = self._document

    def _follows(self, merged: MergedTree, shown: object) -> bool:
        """Whether nobody has gone on here, nor looked for another branch."""
        added = set(merged.added)
        before = merged.messages.keys() - added
        if self._written is None:
            ours = messages_of(self._ours["chat"])
            return bool(added) and before <= ours.keys() and _leads(ours, shown, added)
        written = _inside(self._written, MESSAGE)
        return before <= written.keys() and self._written.get(_SHOWN) == digest(shown)

    def _add_documents(self, merged: MergedTree) -> None:
        """The chat's own list of files: those of messages that were brought."""
        shown = {
            item.get("id")
            for key in merged.brought
            for item in merged.messages[key].get("files") or []
        }
        files = brought_up_to_date(
            self._document.get("files"), self._ours["chat"].get("files"), shown
        )
        if files is not None:
            self._document["files"] = files

    def _changes(self, merged: MergedTree) -> Iterator[Change]:
        if self._values:
            self._values |= _dates(self._ours, self._there)
            if "meta" in self._values:
                yield from (Insert(row) for row in self._rows if row.table == "tag")
            yield Update("chat", {"id": self._ours["id"]}, self._values)
        if "share_id" in self._values and self._there.get("share_id"):
            yield from _close(self._there, self._ours["id"])
        yield from message_changes(self._rows, merged)

    def _note(self, name: str, written: str | None) -> None:
        self._now.pop(name, None)
        if written is not None:
            self._now[name] = written


def _chat(rows: list[TableRow]) -> dict[str, Any]:
    return next(dict(row.values) for row in rows if row.table == "chat")


def _tags(values: Mapping[str, Any]) -> list[str]:
    meta = values.get("meta")
    tags = meta.get("tags") if isinstance(meta, dict) else None
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _is_tag(name: str) -> bool:
    return name.startswith(_TAG)


def _inside(digests: Digests, prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): value
        for name, value in digests.items()
        if name.startswith(prefix)
    }


def _own(values: Mapping[str, Any]) -> dict[str, str]:
    return {
        **{name: digest(values.get(column)) for name, column in _COLUMNS.items()},
        **{_TAG + tag: PRESENT for tag in _tags(values)},
    }


def _leads(messages: Mapping[str, Message], shown: object, added: set[str]) -> bool:
    """Whether one of the new messages goes on from the branch that is shown."""
    return any(messages[key].get("parentId") == shown for key in added)


def _arrange(merged: MergedTree, ours: Mapping[str, Message]) -> None:
    """Columns as the backup has them, for questions that got answers beside those of before."""
    questions = {ours[key].get("parentId") for key in merged.added}
    for question in questions:
        wanted = ours.get(str(question), {}).get("models") or []
        there = merged.messages.get(str(question), {})
        if there.get("role") != "user" or len(there.get("models") or []) == len(wanted):
            continue
        there["models"] = wanted
        for key in there.get("childrenIds") or []:
            if key in ours and key in merged.messages:
                merged.messages[key]["modelIdx"] = ours[key].get("modelIdx", 0)


def _dates(ours: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, object]:
    """The later date of both; what was read stays read."""
    before = there.get("updated_at") or 0
    updated = max(before, ours["updated_at"])
    dates: dict[str, object] = {"updated_at": updated}
    if (there.get("last_read_at") or 0) >= before:
        dates["last_read_at"] = max(updated, there.get("last_read_at") or 0)
    return dates


def _close(there: Mapping[str, Any], chat_id: str) -> Iterator[Change]:
    """Take back a link that we made: the copy, and all access through it.

    As Open WebUI does it (0.10 to 0.12, ``routers/chats.py: delete_shared_chat_by_id``): what was
    left would open the chat's next link to people for whom it is not meant.
    """
    yield Delete("shared_chat", {"id": there.get("share_id"), "chat_id": chat_id})
    yield Delete("access_grant", {"resource_type": "shared_chat", "resource_id": chat_id})

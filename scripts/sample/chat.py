"""How conversations are declared: turns in reading order, branches by name.

A turn follows the one before it unless ``after`` names another turn's key, which makes it a
sibling (an edit or a regenerated answer). ``ROOT`` starts a new root. What the message must show
after migration stands beside what LibreChat stores: ``shows`` lists literal pieces of visible
text in order, the text itself where nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from scripts.sample.people import PEOPLE, Person
from scripts.sample.values import Document, at, later, millis, oid, uuid

ROOT = "<root>"
NO_PARENT = "00000000-0000-0000-0000-000000000000"
SECONDS_PER_TURN = 47


@dataclass(frozen=True)
class Turn:
    """One message, and what must be seen of it afterwards.

    ``raw_parent`` stores another parent than the tree has (broken on purpose); ``repaired`` says
    that the migration may attach the message wherever the tree stays valid. ``files`` are keys
    of :mod:`scripts.sample.files`, as attached by the user; ``images`` and ``documents`` say
    which files the migrated message must still refer to.
    """

    role: Literal["user", "assistant"]
    text: str = ""
    key: str | None = None
    after: str | None = None
    content: list[Any] | None = None
    shows: tuple[str, ...] | None = None
    reasoning: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    keeps_files: tuple[str, ...] = ()
    attachments: list[Document] = field(default_factory=list)
    extra: Document = field(default_factory=dict)
    raw_parent: str | None = None
    repaired: bool = False
    error: bool = False
    dated: bool = True
    model: str | None = None

    @property
    def visible(self) -> list[str]:
        """The pieces of text a reader must see, in order."""
        if self.shows is not None:
            return list(self.shows)
        return [self.text] if self.text else []


def ask(text: str, **options: Any) -> Turn:
    """A user's message."""
    return Turn("user", text, **options)


def answer(text: str, **options: Any) -> Turn:
    """An answer stored the old way, as plain text."""
    return Turn("assistant", text, **options)


def reply(*parts: Any, **options: Any) -> Turn:
    """An answer stored as content parts; strings stand for text parts."""
    content = [{"type": "text", "text": p} if isinstance(p, str) else p for p in parts]
    texts = tuple(p for p in parts if isinstance(p, str))
    return Turn("assistant", **{"content": content, "shows": texts, **options})


def think(text: str | Document) -> Document:
    """A reasoning part."""
    return {"type": "think", "think": text}


def tool(name: str, args: Any, output: Any, **extra: Any) -> Document:
    """A tool call of the agents engine."""
    call = {"id": f"call_{uuid(f'{name}{args}')[:8]}", "name": name, "args": args}
    call |= {"type": "tool_call", "progress": 1}
    return {"type": "tool_call", "tool_call": call | {"output": output} | extra}


def call_id(part: Document) -> str:
    """The id of a tool call, for the attachments that belong to it."""
    return str(part["tool_call"]["id"])


@dataclass(frozen=True)
class Chat:
    """A conversation of one person; ``reason`` says why it stays behind, if it does."""

    key: str
    owner: str
    title: str | None
    started: str
    turns: tuple[Turn, ...]
    endpoint: str | None = "openAI"
    model: str | None = "gpt-4o"
    sender: str = "GPT-4o"
    reason: str | None = None
    shared_id: str | None = None
    has_row: bool = True
    tags: tuple[str, ...] = ()
    archived: bool = False
    pinned: bool = False
    system: str | None = None
    system_field: str = "promptPrefix"
    current: tuple[str, ...] = ()
    extra: Document = field(default_factory=dict)

    @property
    def person(self) -> Person:
        """Who owns it."""
        return PEOPLE[self.owner]

    @property
    def id(self) -> str:
        """The ``conversationId``; two people may hold the same one."""
        return uuid(f"chat {self.shared_id or self.key}")

    def message_id(self, key: str) -> str:
        """The ``messageId`` of a turn, by its key or its place."""
        return uuid(f"message {self.key} {key}")

    @property
    def keys(self) -> list[str]:
        """The turns' keys; turns without one are named by their place."""
        return [turn.key or str(index) for index, turn in enumerate(self.turns)]

    @property
    def parents(self) -> list[str | None]:
        """The key of each turn's parent in the tree as LibreChat shows it."""
        result: list[str | None] = []
        for index, turn in enumerate(self.turns):
            previous = self.keys[index - 1] if index else None
            result.append(None if turn.after == ROOT else turn.after or previous)
        return result

    def moment(self, index: int) -> datetime:
        """When a turn was written."""
        return later(at(self.started), index * SECONDS_PER_TURN + 0.12)

    def current_keys(self) -> list[str]:
        """The leaves that may be selected: LibreChat's choice, or those the declaration names."""
        if self.current:
            return list(self.current)
        leaf: str | None = None
        while True:
            children = [k for k, p in zip(self.keys, self.parents, strict=True) if p == leaf]
            if not children:
                return [leaf] if leaf is not None else []
            leaf = children[-1]


def conversation_row(chat: Chat) -> Document:
    """The row in ``conversations``."""
    started = at(chat.started)
    row: Document = {
        "_id": oid(f"conversation {chat.key}", later(started, 1)),
        "conversationId": chat.id,
        "user": chat.person.hex,
        "title": chat.title,
        "endpoint": chat.endpoint,
        "model": chat.model,
        "messages": [oid(f"{chat.key} {key}", chat.moment(i)) for i, key in enumerate(chat.keys)],
        "isArchived": chat.archived,
        "tags": list(chat.tags),
        "files": [],
        "createdAt": started,
        "updatedAt": chat.moment(max(len(chat.turns) - 1, 0)),
        "__v": 0,
    }
    if chat.title is None:
        del row["title"]
    if chat.pinned:
        row["pinned"] = True
    if chat.system:
        row[chat.system_field] = chat.system
    return row | chat.extra


def message_rows(chat: Chat, file_copies: dict[str, Document]) -> list[Document]:
    """The rows in ``messages``, with copies of the file records they mention."""
    rows = []
    for index, (turn, key, parent) in enumerate(
        zip(chat.turns, chat.keys, chat.parents, strict=True)
    ):
        moment = chat.moment(index)
        user = turn.role == "user"
        row: Document = {
            "_id": oid(f"{chat.key} {key}", moment),
            "messageId": chat.message_id(key),
            "conversationId": chat.id,
            "user": chat.person.hex,
            "parentMessageId": chat.message_id(parent) if parent is not None else NO_PARENT,
            "sender": "User" if user else chat.sender,
            "text": turn.text,
            "isCreatedByUser": user,
            "endpoint": chat.endpoint,
            "model": None if user else turn.model or chat.model,
            "unfinished": False,
            "error": turn.error,
            "tokenCount": max(1, len(turn.text) // 4),
        }
        if turn.content is not None:
            row["content"] = turn.content
        if turn.files:
            row["files"] = [file_copies[name] for name in turn.files]
        if turn.attachments:
            row["attachments"] = [
                {**item, "messageId": row["messageId"], "conversationId": chat.id}
                for item in turn.attachments
            ]
        if turn.dated:
            row |= {"createdAt": moment, "updatedAt": later(moment, 0.5)}
        row |= {"__v": 0} | turn.extra
        if turn.raw_parent is not None:
            row["parentMessageId"] = turn.raw_parent
        rows.append(row)
    return rows


def truth(chat: Chat, file_ids: dict[str, str]) -> Document:
    """What a right migration makes of the conversation."""
    return {
        "key": chat.key,
        "conversationId": chat.id,
        "user": chat.person.hex,
        "outcome": "skipped" if chat.reason else "migrated",
        "reason": chat.reason,
        "has_row": chat.has_row,
        "title": chat.title,
        "archived": chat.archived,
        "pinned": chat.pinned,
        "tags": sorted(set(chat.tags)),
        "system": chat.system,
        "created_at_ms": millis(at(chat.started)),
        "updated_at_ms": millis(chat.moment(max(len(chat.turns) - 1, 0))),
        "current": [chat.message_id(key) for key in chat.current_keys()],
        "messages": [
            {
                "id": chat.message_id(key),
                "role": turn.role,
                "parent": chat.message_id(parent) if parent is not None else None,
                "repaired": turn.repaired,
                "shows": turn.visible,
                "reasoning": list(turn.reasoning),
                "tools": list(turn.tools),
                "sources": list(turn.sources),
                "files": [file_ids[name] for name in turn.keeps_files],
            }
            for turn, key, parent in zip(chat.turns, chat.keys, chat.parents, strict=True)
        ],
    }

"""Building LibreChat messages in a line, and what Open WebUI relies on in every chat."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from migrator_core.convert.chats.chat import ChatContext, ConvertedChat, convert_conversation
from migrator_core.convert.chats.message import ConvertedMessage, convert_message
from migrator_core.convert.chats.placement import Place
from migrator_core.convert.chats.said import read_message
from migrator_core.convert.content.context import ChatScope
from migrator_core.convert.files.file_link import FileLink
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from migrator_core.librechat.values import Millis
from migrator_core.rows import ChatRow

NOW = 1_772_442_900
"""The run's start: 2 March 2026, in seconds."""

START = 1_700_000_000
"""When the conversations of the tests begin, in seconds."""

USER = "64ca1db05f9d88c1aa1a2b01"


def conversation(**fields: Any) -> Conversation:
    dates = {"createdAt": Millis(START * 1000), "updatedAt": Millis(START * 1000)}
    return parse(Conversation, {"conversationId": "c1", "user": USER, **dates, **fields})


def message(
    name: str | None, parent: str | None = None, at: int | None = 0, **fields: Any
) -> Message:
    """A question by default; ``at`` is in seconds after :data:`START`."""
    data: dict[str, Any] = {"isCreatedByUser": True, "parentMessageId": parent, "text": name}
    if name is not None:
        data["messageId"] = name
    if at is not None:
        data["createdAt"] = Millis((START + at) * 1000)
    return parse(Message, data | fields)


def answer(
    name: str | None, parent: str | None = None, at: int | None = 0, **fields: Any
) -> Message:
    return message(name, parent, at, **{"isCreatedByUser": False, "model": "gpt-4o", **fields})


def context(files: dict[str, FileLink] | None = None) -> ChatContext:
    return ChatContext("owner", files or {}, ModelMapper({}, "gpt-4o", frozenset()), NOW)


def convert(
    *messages: Message, files: dict[str, FileLink] | None = None, **fields: Any
) -> ConvertedChat:
    result = convert_conversation(conversation(**fields), messages, context(files))
    assert isinstance(result, ConvertedChat)
    assert len(result.message_ids) + len(result.message_outcomes) == len(messages)
    assert_openable(result.row)
    return result


def convert_alone(
    source: Message, scope: ChatScope, model: str = "gpt-4o", at: int = 1
) -> ConvertedMessage:
    """One message of a chat by itself."""
    place = Place(source.message_id or "m", None, (), at, model)
    return convert_message(read_message(source), place, scope, f"message {place.id}")


def history(chat: ConvertedChat) -> dict[str, dict[str, Any]]:
    """The messages as a reader of JSON sees them."""
    return cast("dict[str, dict[str, Any]]", chat.row.chat["history"]["messages"])


def content_of(*messages: Message, **fields: Any) -> str:
    """The visible text of the last message."""
    text: str = history(convert(*messages, **fields))[str(messages[-1].message_id)]["content"]
    return text


def assert_openable(row: ChatRow) -> None:
    """What Open WebUI 0.12's front end and readers take for granted of a chat."""
    json.dumps(row.chat, allow_nan=False, ensure_ascii=False).encode("utf-8")
    assert "\x00" not in json.dumps([row.chat, row.meta, row.title], ensure_ascii=False)
    assert not re.search(r"(?<!\\)\\u0000", json.dumps([row.chat, row.meta, row.title]))
    assert row.title
    assert "\n" not in row.title
    chat = row.chat
    messages = cast("dict[str, dict[str, Any]]", chat["history"]["messages"])
    assert messages
    assert chat["messages"] == []
    assert len(chat["models"]) == 1
    assert chat["models"][0]
    assert isinstance(row.meta["tags"], list)
    assert chat["timestamp"] == row.created_at * 1000
    _assert_tree(messages)
    _assert_columns(messages)
    current = chat["history"]["currentId"]
    assert current == row.current_message_id
    assert messages[current]["childrenIds"] == []
    for each in messages.values():
        _assert_message(each)
    for seconds in (row.created_at, row.updated_at):
        assert type(seconds) is int
        assert 946_684_800 <= seconds <= NOW + 86_400
    assert len({file_id for _, file_id in row.file_ids}) == len(row.file_ids)
    assert {message_id for message_id, _ in row.file_ids} <= messages.keys()


def _assert_tree(messages: dict[str, dict[str, Any]]) -> None:
    children: dict[str | None, list[str]] = {None: []}
    for own_id, each in messages.items():
        assert each["id"] == own_id
        children.setdefault(own_id, [])
    for own_id, each in messages.items():  # the order in which a save rebuilds childrenIds
        assert each["parentId"] is None or each["parentId"] in messages
        children[each["parentId"]].append(own_id)
    reached = list(children[None])
    for own_id in reached:
        assert messages[own_id]["childrenIds"] == children[own_id]
        reached.extend(children[own_id])
    assert sorted(reached) == sorted(messages)


def _assert_columns(messages: dict[str, dict[str, Any]]) -> None:
    """Every answer to a question stands in a column, and no column is empty."""
    for each in messages.values():
        if each["role"] != "user":
            continue
        answers = [messages[child] for child in each["childrenIds"]]
        places = [answer["modelIdx"] for answer in answers if answer["role"] == "assistant"]
        assert set(places) <= set(range(len(each["models"])))
        if len(each["models"]) > 1:
            assert set(places) == set(range(len(each["models"])))


def _assert_message(each: dict[str, Any]) -> None:
    assert each["role"] in {"user", "assistant"}
    if each["parentId"] is None:
        assert each["role"] == "user"
    assert type(each["content"]) is str
    assert type(each["timestamp"]) is int
    assert 946_684_800 <= each["timestamp"] <= NOW + 86_400
    for name in ("files", "sources", "output"):
        assert isinstance(each.get(name, []), list)
    assert not {"user", "user_id"} & each.keys()
    if each["role"] == "user":
        assert each["models"]
        assert all(each["models"])
    else:
        assert each["done"] is True
        assert each["model"]
        assert each["modelName"]
        assert type(each["modelIdx"]) is int
        assert isinstance(each.get("error", {}), dict)

"""Every conversation, read back over HTTP as its owner sees it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import Migrated
from tests.support.openwebui import Person
from tests.support.sample import by_key, collapse, missing_pieces, truth

Chat = dict[str, Any]
Message = dict[str, Any]

ARRIVING = [key for key, chat in by_key("conversations").items() if chat["outcome"] == "migrated"]


def owner(migrated: Migrated, chat: Chat) -> Person:
    """Whose account holds a conversation of the truth."""
    return migrated.people[truth()["users"][chat["user"]]["account"]]


@pytest.fixture(scope="session")
def arrived(migrated: Migrated) -> dict[tuple[str, str], Chat]:
    """Every chat over HTTP, by account and ``conversationId``."""
    return {
        (account, chat["meta"]["librechat"]["conversationId"]): chat
        for account, person in migrated.people.items()
        for chat in person.chats()
    }


@pytest.fixture
def pair(key: str, arrived: dict[tuple[str, str], Chat]) -> tuple[Chat, Chat]:
    """A conversation of the truth, and the chat it became."""
    expected = by_key("conversations")[key]
    account = truth()["users"][expected["user"]]["account"]
    return expected, arrived[account, expected["conversationId"]]


def test_exactly_the_right_chats_arrive(arrived: dict[tuple[str, str], Chat]) -> None:
    expected = {
        (truth()["users"][chat["user"]]["account"], chat["conversationId"])
        for chat in truth()["conversations"]
        if chat["outcome"] == "migrated"
    }
    assert set(arrived) == expected


@pytest.mark.parametrize("key", ARRIVING)
def test_a_chat_looks_the_same_in_the_sidebar(pair: tuple[Chat, Chat]) -> None:
    expected, chat = pair
    assert chat["title"] == (collapse(expected["title"] or "") or "New Chat")
    assert chat["archived"] == expected["archived"]
    assert bool(chat["pinned"]) == expected["pinned"]
    assert chat["created_at"] == expected["created_at_ms"] // 1000
    assert chat["updated_at"] == expected["updated_at_ms"] // 1000
    assert chat["chat"].get("params", {}).get("system") == expected["system"]


@pytest.mark.parametrize("key", ARRIVING)
def test_every_branch_hangs_where_it_hung(pair: tuple[Chat, Chat]) -> None:
    expected, chat = pair
    history = chat["chat"]["history"]
    messages: dict[str, Message] = history["messages"]
    for wanted in expected["messages"]:
        message = messages[wanted["id"]]
        assert message["role"] == wanted["role"]
        if wanted["repaired"]:
            continue
        parent = message["parentId"]
        if wanted["parent"] is None and parent is not None:
            # Open WebUI has no answers without a question: such an answer gets an empty one.
            assert wanted["role"] == "assistant"
            assert parent not in {m["id"] for m in expected["messages"]}
        else:
            assert parent == wanted["parent"]
    assert set(_reachable(messages)) == set(messages)
    assert history["currentId"] in expected["current"]
    assert not messages[history["currentId"]]["childrenIds"]


def _reachable(messages: dict[str, Message]) -> Iterator[str]:
    """The messages as Open WebUI walks down from the roots; each may come up once only."""
    waiting = [key for key, message in messages.items() if message["parentId"] is None]
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        assert key not in seen, "a message hangs in two places"
        seen.add(key)
        yield key
        for child in messages[key]["childrenIds"]:
            assert messages[child]["parentId"] == key
            waiting.append(child)


@pytest.mark.parametrize("key", ARRIVING)
def test_every_word_arrives(pair: tuple[Chat, Chat]) -> None:
    expected, chat = pair
    for wanted in expected["messages"]:
        message = chat["chat"]["history"]["messages"][wanted["id"]]
        content = message["content"]
        columns = _columns(message, expected, chat)
        if columns:
            shown = " ".join([content, *columns])
            assert missing_pieces(shown, wanted["shows"]) == [], shown
            continue
        assert missing_pieces(content, wanted["shows"]) == [], content
        # LibreChat's anchors for citations are no characters anybody is to see.
        assert not re.search("[\ue200-\ue206]", content)
        if message.get("output"):
            # Open WebUI shows `output` where there is one, and `content` elsewhere.
            spoken = " ".join(_spoken(message["output"]))
            assert missing_pieces(spoken, wanted["shows"]) == [], spoken


def _columns(message: Message, expected: Chat, chat: Chat) -> list[str]:
    """What parallel models said: each beside the first in a message of its own."""
    known = {wanted["id"] for wanted in expected["messages"]}
    return [
        other["content"]
        for key, other in chat["chat"]["history"]["messages"].items()
        if key not in known
        and other["role"] == "assistant"
        and other["parentId"] == message["parentId"]
        and message["role"] == "assistant"
    ]


def _spoken(output: list[dict[str, Any]]) -> Iterator[str]:
    for item in output:
        if item["type"] == "message":
            yield from (part["text"] for part in item["content"])


@pytest.mark.parametrize("key", ARRIVING)
def test_reasoning_tools_and_sources_arrive(pair: tuple[Chat, Chat]) -> None:
    expected, chat = pair
    for wanted in expected["messages"]:
        message = chat["chat"]["history"]["messages"][wanted["id"]]
        output = message.get("output") or []
        thoughts = [item for item in output if item["type"] == "reasoning"]
        assert missing_pieces(json.dumps(thoughts, ensure_ascii=False), wanted["reasoning"]) == []
        for hidden in wanted["reasoning"]:
            assert collapse(hidden) not in collapse(message["content"])
        calls = [item["name"] for item in output if item["type"] == "function_call"]
        if any(item["type"] == "open_webui:code_interpreter" for item in output):
            calls.append("execute_code")  # Open WebUI has an item of its own for code that ran
        assert [name for name in wanted["tools"] if name not in calls] == []
        sources = json.dumps(message.get("sources") or [])
        assert [url for url in wanted["sources"] if url not in sources] == []


@pytest.mark.parametrize("key", ARRIVING)
def test_messages_show_their_files(
    pair: tuple[Chat, Chat], file_ids: dict[tuple[str, str], str]
) -> None:
    expected, chat = pair
    account = truth()["users"][expected["user"]]["account"]
    for wanted in expected["messages"]:
        message = json.dumps(chat["chat"]["history"]["messages"][wanted["id"]])
        lost = [name for name in wanted["files"] if file_ids[account, name] not in message]
        assert lost == []


def test_tags_are_found_again(migrated: Migrated) -> None:
    for account, person in migrated.people.items():
        expected = {
            tag
            for chat in truth()["conversations"]
            if chat["outcome"] == "migrated"
            and truth()["users"][chat["user"]]["account"] == account
            for tag in chat["tags"]
        }
        assert expected <= person.tags()


def test_searching_for_nothing_breaks_for_nobody(migrated: Migrated) -> None:
    for person in migrated.people.values():
        assert person.search("zzzz-not-there") == []

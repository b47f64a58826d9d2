"""Every conversation, read back over HTTP as its owner sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.conftest import Migration
from tests.support.openwebui import Person
from tests.support.sample import by_key, collapse, missing_pieces, truth

Chat = dict[str, Any]
Message = dict[str, Any]

ARRIVING = [key for key, chat in by_key("conversations").items() if chat["outcome"] == "migrated"]


def owner(migration: Migration, chat: Chat) -> Person:
    """Whose account holds a conversation of the truth."""
    return migration.people[truth()["users"][chat["user"]]["account"]]


@pytest.fixture(scope="session")
def arrived(migration: Migration) -> dict[tuple[str, str], Chat]:
    """Every chat over HTTP, by account and ``conversationId``."""
    return {
        (account, chat["meta"]["librechat"]["conversationId"]): chat
        for account, person in migration.people.items()
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
        assert missing_pieces(content, wanted["shows"]) == [], content
        if message.get("output"):
            # Open WebUI shows `output` where there is one, and `content` elsewhere.
            spoken = " ".join(_spoken(message["output"]))
            assert missing_pieces(spoken, wanted["shows"]) == [], spoken


def _spoken(output: list[dict[str, Any]]) -> Iterator[str]:
    for item in output:
        if item["type"] == "message":
            yield from (part["text"] for part in item["content"])


@pytest.mark.parametrize("key", ARRIVING)
def test_reasoning_tools_and_sources_are_kept(pair: tuple[Chat, Chat]) -> None:
    expected, chat = pair
    for wanted in expected["messages"]:
        message = chat["chat"]["history"]["messages"][wanted["id"]]
        kept = json.dumps(message, ensure_ascii=False)
        for piece in (*wanted["reasoning"], *wanted["tools"], *wanted["sources"]):
            assert piece in kept


@pytest.mark.parametrize("key", ARRIVING)
def test_messages_show_their_files(
    pair: tuple[Chat, Chat], file_ids: dict[tuple[str, str], str]
) -> None:
    expected, chat = pair
    account = truth()["users"][expected["user"]]["account"]
    for wanted in expected["messages"]:
        message = json.dumps(chat["chat"]["history"]["messages"][wanted["id"]])
        for name in wanted["files"]:
            attached = file_ids[account, name] in message
            # What a tool made may still be mentioned only; what a person attached is attached.
            assert attached or (wanted["role"] == "assistant" and name in message)


def test_tags_are_found_again(migration: Migration) -> None:
    for account, person in migration.people.items():
        expected = {
            tag
            for chat in truth()["conversations"]
            if chat["outcome"] == "migrated"
            and truth()["users"][chat["user"]]["account"] == account
            for tag in chat["tags"]
        }
        assert expected <= person.tags()


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("spring-plan", "retailers"),
        ("names", "木漏れ日"),
        ("dusk", "daylight"),
        ("lunch", "canteen"),
    ],
)
def test_search_finds_what_was_said(migration: Migration, key: str, text: str) -> None:
    chat = by_key("conversations")[key]
    if migration.deployment.version == "0.10.2":
        # Open WebUI 0.10 searches titles and a copy of the messages that only its page writes.
        text = chat["title"]
    assert chat["title"] in owner(migration, chat).search(text)


def test_searching_for_nothing_breaks_for_nobody(migration: Migration) -> None:
    for person in migration.people.values():
        assert person.search("zzzz-not-there") == []

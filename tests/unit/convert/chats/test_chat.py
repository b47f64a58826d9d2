"""A conversation as a whole: where everything stands, and that nothing is missing."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.chat_document import NO_QUESTION
from migrator_core.convert.chats.chat import (
    ConvertedChat,
    convert_conversation,
    is_temporary,
)
from migrator_core.convert.chats.message import FAILED_NOTE, convert_message
from migrator_core.convert.chats.said import Said
from migrator_core.convert.ids import chat_id
from migrator_core.convert.result import Skipped
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.message import Message
from migrator_core.librechat.values import Millis
from migrator_core.outcome import Reason, State, WarningCode
from tests.support.chat_checks import (
    NOW,
    START,
    USER,
    answer,
    assert_openable,
    context,
    conversation,
    convert,
    history,
    message,
)


def test_an_ordinary_conversation_arrives_as_it_was() -> None:
    chat = convert(
        message("q1", at=0, text="Hi"),
        answer("a1", "q1", at=5, text="Hello", sender="GPT-4o"),
        answer("a2", "q1", at=9, text="Hello again", model="o3"),
        message("q2", "a1", at=60, text="Thanks"),
        title="Greetings",
        endpoint="openAI",
        model="gpt-4o",
        updatedAt=Millis((START + 99) * 1000 + 999),
    )
    row = chat.row
    assert (row.id, row.user_id) == (chat_id(USER, "c1"), "owner")
    assert row.title == row.chat["title"] == "Greetings"
    assert (row.created_at, row.updated_at) == (START, START + 99)
    assert (row.archived, row.pinned, row.folder_id) == (False, False, None)
    assert row.chat["models"] == ["gpt-4o"]
    assert row.chat["params"] == {}
    assert row.chat["id"] == row.id
    assert chat.notices == ()
    assert chat.message_ids == ("q1", "a1", "a2", "q2")
    assert history(chat) == {
        "q1": {"id": "q1", "parentId": None, "childrenIds": ["a1", "a2"], "role": "user",
               "content": "Hi", "timestamp": START, "models": ["o3"]},
        "a1": {"id": "a1", "parentId": "q1", "childrenIds": ["q2"], "role": "assistant",
               "content": "Hello", "timestamp": START + 5, "model": "gpt-4o",
               "modelName": "GPT-4o", "modelIdx": 0, "done": True},
        "a2": {"id": "a2", "parentId": "q1", "childrenIds": [], "role": "assistant",
               "content": "Hello again", "timestamp": START + 9, "model": "o3",
               "modelName": "o3", "modelIdx": 0, "done": True},
        "q2": {"id": "q2", "parentId": "a1", "childrenIds": [], "role": "user",
               "content": "Thanks", "timestamp": START + 60, "models": ["gpt-4o"]},
    }  # fmt: skip
    assert row.current_message_id == "a2", "LibreChat shows the last sibling"


def test_a_conversation_without_messages_is_no_chat() -> None:
    assert convert_conversation(conversation(), [], context()) == Skipped(Reason.NO_MESSAGES)


def test_a_branch_that_begins_with_an_answer_gets_a_question() -> None:
    chat = convert(answer("greeting", text="Hello!"), message("q", "greeting", at=3))
    question, greeting, _ = history(chat).values()
    assert question["content"] == NO_QUESTION
    assert question["childrenIds"] == ["greeting"]
    assert question["models"] == ["gpt-4o"]
    assert greeting["parentId"] == question["id"]
    assert [notice.code for notice in chat.notices] == [WarningCode.TREE_REPAIRED]
    assert chat.message_ids == ("greeting", "q")


def test_repairs_are_told_once_with_what_they_were() -> None:
    rows = [message("a"), message("b", "gone"), message("c", "gone too"), message("d", "d")]
    (notice,) = convert(*rows).notices
    assert notice.code == WarningCode.TREE_REPAIRED
    assert "2 whose parent does not exist" in notice.detail
    assert "1 that name themselves" in notice.detail
    assert "c1" in notice.detail


def test_repeated_messages_are_accounted_for() -> None:
    rows = [message("q", text="one"), message("q", text="one"), message("q", text="two")]
    chat = convert(*rows)
    assert chat.message_ids == ("q", "q")
    (outcome,) = chat.message_outcomes
    assert (outcome.collection, outcome.source_id) == ("messages", "q")
    assert (outcome.state, outcome.reason) == (State.SKIPPED, Reason.DUPLICATE)
    assert Counter(each["content"] for each in history(chat).values()) == {"one": 1, "two": 1}


def test_outcomes_use_the_names_the_caller_gives() -> None:
    rows = [message(None, text="x"), message(None, text="y", _id="64ca1db05f9d88c1aa1a2b77")]
    assert convert(*rows).message_ids == ("message 1", "64ca1db05f9d88c1aa1a2b77")
    named = convert_conversation(conversation(), rows, context(), ["document 7", "document 8"])
    assert isinstance(named, ConvertedChat)
    assert named.message_ids == ("document 7", "document 8")


def test_one_message_that_cannot_be_converted_is_not_the_whole_chat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(said: Said, *rest: Any) -> Any:
        if said.message.message_id == "a":
            raise RuntimeError("no way")
        return convert_message(said, *rest)

    monkeypatch.setattr("migrator_core.convert.chats.history.convert_message", broken)
    chat = convert(message("q"), answer("a", "q", at=1), message("q2", "a", at=2))
    assert chat.message_ids == ("q", "q2")
    (outcome,) = chat.message_outcomes
    assert (outcome.state, outcome.reason) == (State.FAILED, Reason.INTERNAL_ERROR)
    assert outcome.detail == "RuntimeError: no way"
    assert history(chat)["a"]["content"] == FAILED_NOTE
    assert history(chat)["q2"]["parentId"] == "a"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (None, "New Chat"),
        ("", "New Chat"),
        (" \n\t ", "New Chat"),
        ("\x00", "New Chat"),
        ({"a": 1}, "New Chat"),
        ("two\r\nlines\tand  more ", "two lines and more"),
        ("<b>x</b> & co", "<b>x</b> & co"),
        ("a\x00b\ud800", "ab"),
        ("x" * 500, "x" * 500),
        ("x" * 10_000, "x" * 499 + "…"),
        (17, "17"),
        ("多语言 / متعدد 🌍", "多语言 / متعدد 🌍"),
    ],
)
def test_titles(title: object, shown: str) -> None:
    assert convert(message("q"), title=title).row.title == shown


@pytest.mark.parametrize(
    ("fields", "system"),
    [
        ({"promptPrefix": "Be brief.\nÄ"}, "Be brief.\nÄ"),
        ({"system": "Be terse."}, "Be terse."),
        ({"instructions": "Use the file."}, "Use the file."),
        ({"promptPrefix": "A", "system": "A", "additional_instructions": "B"}, "A\n\nB"),
        ({"promptPrefix": "Today is {{current_date}}."},
         "Today is {{CURRENT_DATE}} ({{CURRENT_WEEKDAY}})."),
        ({"promptPrefix": "a\x00b"}, "ab"),
        ({"promptPrefix": " ", "system": None, "instructions": []}, None),
    ],
)  # fmt: skip
def test_system_prompts(fields: dict[str, Any], system: str | None) -> None:
    assert convert(message("q"), **fields).row.chat["params"].get("system") == system


def test_tags_have_ids_in_the_chat_and_rows_of_their_own() -> None:
    tags = ["work", " work ", "Über wichtig", "", "none", None, 5, "WORK"]
    row = convert(message("q"), tags=tags).row
    ids = [tag.id for tag in row.tags]
    assert row.meta["tags"] == ids
    assert len(set(ids)) == len(ids)
    assert ids[:2] == ["work", "über_wichtig"]
    assert "none" not in ids
    assert {tag.user_id for tag in row.tags} == {"owner"}
    assert row.tags[0].name.lower() == "work"


@pytest.mark.parametrize(
    ("fields", "archived", "pinned"),
    [
        ({}, False, False),
        ({"pinned": True}, False, True),
        ({"isArchived": True}, True, False),
        ({"isArchived": True, "pinned": True}, True, False),
        ({"isArchived": "true", "pinned": 1}, False, False),
    ],
)
def test_a_chat_stands_in_one_list(fields: dict[str, Any], archived: bool, pinned: bool) -> None:
    row = convert(message("q"), **fields).row
    assert (row.archived, row.pinned) == (archived, pinned)


@pytest.mark.parametrize(
    ("fields", "temporary"),
    [
        ({}, False),
        ({"expiredAt": None}, False),
        ({"expiredAt": Millis(START * 1000)}, True),
        ({"expiredAt": {"$date": "yesterday"}}, False),
        ({"isTemporary": True}, True),
        ({"isTemporary": False, "expiredAt": Millis(START * 1000)}, False),
        ({"isTemporary": "no", "expiredAt": Millis(START * 1000)}, True),
    ],
)
def test_which_conversations_are_temporary(fields: dict[str, Any], temporary: bool) -> None:
    assert is_temporary(conversation(**fields)) is temporary
    kept = convert(message("q"), **fields).row.meta["librechat"]
    assert kept.get("temporary", False) is temporary


def test_where_a_chat_comes_from_can_be_seen() -> None:
    row = convert(
        message("q"), endpoint="agents", agent_id="agent_1\x00", spec="Fast", model=None
    ).row
    assert row.meta["librechat"] == {
        "conversationId": "c1",
        "endpoint": "agents",
        "agent_id": "agent_1",
        "spec": "Fast",
        "created_at": START * 1000,
        "updated_at": START * 1000,
    }


@pytest.mark.parametrize(
    "impossible",
    [None, {"$date": "yesterday"}, Millis(0), Millis(-86_400_000), Millis(253_402_300_799_000),
     Millis(10**30), "soon", []],
)  # fmt: skip
def test_a_message_without_a_usable_date_takes_that_of_its_neighbour(impossible: object) -> None:
    chat = convert(
        message("q", at=50, createdAt=impossible),
        answer("a", "q", at=100),
        message("q2", "a", createdAt=impossible),
        answer("a2", "q2", createdAt=impossible, updatedAt=Millis((START + 300) * 1000)),
    )
    dates = {name: each["timestamp"] - START for name, each in history(chat).items()}
    assert dates == {"q": 100, "a": 100, "q2": 100, "a2": 300}
    assert [notice.code for notice in chat.notices] == [WarningCode.DATE_REPAIRED]


@pytest.mark.parametrize(
    ("chat_dates", "message_at", "chat_id", "created", "updated"),
    [
        ((10, 20), 50, None, START + 10, START + 20),
        ((20, 10), 50, None, START + 20, START + 20),
        ((None, None), 50, None, START + 50, START + 60),
        ((None, None), None, f"{START + 7:08x}5f9d88c1aa1a2b01", START + 7, START + 7),
        ((None, None), None, None, NOW, NOW),
    ],
)
def test_a_chats_own_dates_and_what_stands_in_for_them(
    chat_dates: tuple[int | None, int | None],
    message_at: int | None,
    chat_id: str | None,
    created: int,
    updated: int,
) -> None:
    fields: dict[str, Any] = {
        name: None if at is None else Millis((START + at) * 1000)
        for name, at in zip(("createdAt", "updatedAt"), chat_dates, strict=True)
    }
    rows = [message("q", at=message_at)]
    rows.append(answer("a", "q", at=None if message_at is None else message_at + 10))
    row = convert(*rows, _id=chat_id, **fields).row
    assert (row.created_at, row.updated_at) == (created, updated)


def test_imports_without_any_date_keep_the_day_they_were_made() -> None:
    made = f"{START + 5:08x}5f9d88c1aa1a2b01"
    chat = convert(message("q", at=None, _id=made), createdAt=None, updatedAt=None)
    assert history(chat)["q"]["timestamp"] == START + 5


def test_a_reply_older_than_its_question_keeps_its_date() -> None:
    chat = convert(message("q", at=50), answer("a", "q", at=10))
    assert [each["timestamp"] - START for each in history(chat).values()] == [10, 50]
    assert chat.row.current_message_id == "a"
    assert chat.notices == ()


def test_chats_of_saved_agents_use_their_models() -> None:
    chat = convert(
        message("q"),
        answer("a", "q", model="agent_Abc", endpoint="agents"),
        endpoint="agents",
        agent_id="agent_Abc",
    )
    assert chat.row.chat["models"] == ["agent-Abc"]
    assert history(chat)["q"]["models"] == [history(chat)["a"]["model"]] == ["agent-Abc"]


@pytest.mark.parametrize(("size", "told"), [(1_000_000, False), (6_000_000, True)])
def test_very_large_chats_are_told(size: int, told: bool) -> None:
    codes = [notice.code for notice in convert(message("q", text="x" * size)).notices]
    assert codes == ([WarningCode.LARGE_CHAT] if told else [])


def test_thousands_of_turns() -> None:
    length = sys.getrecursionlimit() * 3
    rows = [
        (answer if n % 2 else message)(f"m{n}", f"m{n - 1}" if n else None, n)
        for n in range(length)
    ]
    assert convert(*rows).row.current_message_id == f"m{length - 1}"


NAMES = st.sampled_from(["m0", "m1", "m2", "m3", "m4", "m5", "12", "a/b", "", None])
ROWS = st.fixed_dictionaries(
    {
        "messageId": NAMES,
        "parentMessageId": NAMES | st.just("gone"),
        "isCreatedByUser": st.booleans(),
        "createdAt": st.none() | st.integers(-1, 3).map(lambda n: Millis((START + n) * 1000)),
        "text": st.sampled_from(["one", "two"]),
    }
)


@given(st.lists(ROWS, min_size=1, max_size=12))
def test_whatever_the_links_no_message_is_lost_and_the_chat_opens(
    rows: list[dict[str, Any]],
) -> None:
    messages = [parse(Message, row) for row in rows]
    chat = convert(*messages)  # checks what Open WebUI relies on, and that outcomes add up
    texts = Counter(each["content"] for each in history(chat).values())
    texts.pop(NO_QUESTION, None)
    assert texts.total() == len(chat.message_ids)
    repeated = len(chat.message_outcomes)
    assert sum(Counter(row["text"] for row in rows).values()) == texts.total() + repeated
    for row in rows:
        same_id = {other["text"] for other in rows if other["messageId"] == row["messageId"]}
        assert same_id <= texts.keys()
    assert convert(*messages) == chat, "the same backup always gives the same chat"


WRONG: list[Any] = [
    None, True, 0, -1, 2**70, 1.5, float("nan"), float("inf"), "", " ", "te\x00xt", "\udc00",
    b"\xff", [], [None], ["x", 1, {}, [[]]], {}, {"$date": "yesterday"}, {"value": float("nan")},
    {"\udc00": {1: b"x"}}, Millis(-(10**20)),
]  # fmt: skip


def _aliases(model: type[Any]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize("name", _aliases(Message))
def test_no_value_in_any_field_of_a_message_breaks_the_chat(name: str, wrong: Any) -> None:
    for row in (message("m", "q", 1), answer("m", "q", 1)):
        data = {**row.model_dump(by_alias=True), "createdAt": Millis(START * 1000), name: wrong}
        chat = convert(message("q"), parse(Message, data), message("next", "m", 2))
        assert chat.message_outcomes == ()


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize(
    "name", [n for n in _aliases(type(conversation())) if n != "conversationId"]
)
def test_no_value_in_any_field_of_a_conversation_breaks_the_chat(name: str, wrong: Any) -> None:
    result = convert_conversation(conversation(**{name: wrong}), [message("q")], context())
    assert isinstance(result, ConvertedChat)
    assert_openable(result.row)

"""Messages and conversations as every version and importer of LibreChat wrote them."""

from __future__ import annotations

from typing import Any

import pytest

from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from migrator_core.librechat.values import Millis

WRONG: list[Any] = [
    None, True, 0, -1, 2**70, 1.5, float("nan"), float("inf"), "", "text", b"\xff", [], [None],
    ["x", 1, {}], {}, {"$date": "yesterday"}, {"value": 1}, Millis(-(10**20)),
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize("name", [f.alias or n for n, f in Message.model_fields.items()])
def test_no_value_of_any_field_makes_a_message_unreadable(name: str, wrong: Any) -> None:
    parse(Message, {"messageId": "m1", name: wrong})


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
@pytest.mark.parametrize(
    "name",
    [f.alias or n for n, f in Conversation.model_fields.items() if n != "conversation_id"],
)
def test_no_value_of_any_other_field_makes_a_conversation_unreadable(name: str, wrong: Any) -> None:
    parse(Conversation, {"conversationId": "c1", name: wrong})


def test_what_people_wrote_is_kept_as_it_was_stored() -> None:
    content = [{"type": "text", "text": " a "}, None, "loose"]
    message = parse(Message, {"text": {"value": 1}, "content": content})
    assert message.text == {"value": 1}
    assert message.content == content


@pytest.mark.parametrize(
    ("stored", "read"),
    [([{"file_id": "f"}], [{"file_id": "f"}]), ({"file_id": "f"}, [{"file_id": "f"}]),
     ("f", ["f"]), ("", []), ({}, []), (None, []), (7, [])],
)  # fmt: skip
def test_a_lone_file_counts_as_a_list_of_one(stored: object, read: list[object]) -> None:
    assert parse(Message, {"files": stored}).files == read


@pytest.mark.parametrize("wrong", ["true", 1, 0, None, [], {}])
def test_only_a_boolean_tells_who_wrote_a_message(wrong: object) -> None:
    assert parse(Message, {"isCreatedByUser": wrong}).is_created_by_user is None
    assert parse(Message, {"isCreatedByUser": False}).is_created_by_user is False


@pytest.mark.parametrize("wrong", [None, "", "  ", True, 1.5, [], {}, {"$oid": "x"}])
def test_a_conversation_without_an_id_has_no_messages_to_find(wrong: object) -> None:
    with pytest.raises(InvalidDocumentError, match="conversationId"):
        parse(Conversation, {"conversationId": wrong})
    with pytest.raises(InvalidDocumentError, match="conversationId"):
        parse(Conversation, {})


def test_ids_that_are_numbers_join_as_text() -> None:
    conversation = parse(Conversation, {"conversationId": 17})
    message = parse(Message, {"conversationId": 17})
    assert conversation.conversation_id == message.conversation_id == "17"

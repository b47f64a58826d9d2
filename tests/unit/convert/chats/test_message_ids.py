"""Every message gets an id of its own, and links survive the repair."""

from __future__ import annotations

import pytest

from migrator_core.convert.chats.message_ids import name_messages
from migrator_core.librechat.documents.message import NO_PARENT
from migrator_core.outcome import WarningCode
from tests.support.chat_checks import answer, message

UUID = "f5e646e7-761f-4efe-8b60-f632ed0a8ee0"


@pytest.mark.parametrize("own", [UUID, f"{UUID}_", "msg_0.1:2~x", "a"])
def test_keeps_ids_that_work(own: str) -> None:
    named = name_messages([message(own)], "chat", "here")
    assert [entry.node.id for entry in named.kept] == [own]
    assert named.notices == ()


@pytest.mark.parametrize(
    "own",
    [None, "", "  ", "12", 12, {"$oid": 1}, [], "a/b", "a b", "\x00", "\ud800", "x" * 201,
     "__proto__", NO_PARENT],
)  # fmt: skip
def test_replaces_ids_that_open_webui_could_not_address(own: object) -> None:
    rows = [message(None, messageId=own, _id="64ca1db05f9d88c1aa1a2b77"), message("other")]
    named = name_messages(rows, "chat", "here")
    again = name_messages([message("before"), *rows], "chat", "here")
    assert named.kept[0].node.id != own
    assert len(named.kept[0].node.id) == 36
    assert named.kept[0].node.id == again.kept[1].node.id, "the place in the file does not matter"
    assert name_messages(rows, "chat 2", "here").kept[0].node.id != named.kept[0].node.id
    assert [notice.code for notice in named.notices] == [WarningCode.MESSAGE_ID_REPAIRED]


def test_children_follow_a_parent_whose_id_was_replaced() -> None:
    named = name_messages([message(None, messageId="a/b"), answer("child", "a/b")], "chat", "here")
    assert named.kept[1].node.parent == named.kept[0].node.id


@pytest.mark.parametrize("parent", [None, "", "  ", NO_PARENT, {}, ["x"], True])
def test_what_stands_for_no_parent(parent: object) -> None:
    named = name_messages([message("a", parentMessageId=parent)], "chat", "here")
    assert named.kept[0].node.parent is None


def test_the_same_document_twice_is_one_message() -> None:
    rows = [
        message("a", _id="64ca1db05f9d88c1aa1a2b01", text="one"),
        message("a", _id="64ca1db05f9d88c1aa1a2b01", text="edited meanwhile"),
        message("a", _id="64ca1db05f9d88c1aa1a2b02", text="one"),
        message("a", text="one", at=99),
    ]
    named = name_messages(rows, "chat", "here")
    assert [entry.index for entry in named.kept] == [0]
    assert named.duplicates == (1, 2, 3)


def test_another_text_under_the_same_id_is_kept_as_a_sibling() -> None:
    rows = [
        message("q"),
        answer("a", "q", text="first"),
        answer("a", "q", text="second"),
        answer("a", "q", text="second"),
        message("next", "a"),
    ]
    named = name_messages(rows, "chat", "here")
    assert [entry.index for entry in named.kept] == [0, 1, 2, 4]
    assert named.duplicates == (3,)
    first, second = named.kept[1].node, named.kept[2].node
    assert (first.id, first.parent, second.parent) == ("a", "q", "q")
    assert second.id != "a"
    assert named.kept[3].node.parent == "a", "what follows hangs under the first"


def test_two_messages_without_any_id_are_two_messages() -> None:
    named = name_messages([message(None, text="same"), message(None, text="same")], "c", "here")
    assert len({entry.node.id for entry in named.kept}) == 2


def test_a_message_that_is_its_own_parent_stays_that_under_a_new_id() -> None:
    rows = [message("a", "a", text="one"), message("a", "a", text="two")]
    for entry in name_messages(rows, "chat", "here").kept:
        assert entry.node.parent == entry.node.id

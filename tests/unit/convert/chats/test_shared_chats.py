"""Shared links: the same messages for the same people, and never more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert import ids
from migrator_core.convert.chats.shared_chats import (
    SharedChat,
    convert_link,
    has_ended,
    open_chat,
    readers,
    share_id,
)
from migrator_core.convert.files.file_link import FileLink
from migrator_core.convert.result import Skipped
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.message import Message
from migrator_core.librechat.documents.shared_link import SharedLink
from migrator_core.librechat.values import Millis
from migrator_core.outcome import Reason, WarningCode
from migrator_core.rows import Grant
from tests.support.chat_checks import NOW, USER, answer, context, conversation, convert, message
from tests.unit.convert import documents as d
from tests.unit.convert.storable import assert_storable, texts

EVERYBODY = (Grant("user", "*", "read"),)
CHAT = ids.chat_id(USER, "c1")
LINK: dict[str, Any] = {
    "_id": "686f02805f9d88c1aa1a2f13",
    "shareId": "Mnk5ilwjYWXe0nFNNMdG4",
    "conversationId": "c1",
    "title": "Branches",
    "user": USER,
    "messages": [],
    "isPublic": True,
    "targetMessageId": None,
    "expiredAt": None,
    **d.DATES,
}


def oid(name: str) -> str:
    return name.encode().hex().rjust(24, "0")


def rows() -> list[Message]:
    """Two questions, the first one answered twice; the last pair was written after the link."""
    return [
        message("q", _id=oid("q"), text="First question"),
        answer("a", "q", 1, _id=oid("a"), text="First answer", feedback={"rating": "thumbsUp"}),
        answer("b", "q", 2, _id=oid("b"), text="Second answer"),
        message("q2", "b", 3, _id=oid("q2"), text="More"),
        answer("late", "q2", 4, _id=oid("late"), text="Written later", tokenCount=5),
    ]


def share(
    listed: str = "q a b q2", messages: list[Message] | None = None, **fields: Any
) -> SharedChat | Skipped:
    link = parse(SharedLink, LINK | {"messages": [oid(name) for name in listed.split()]} | fields)
    chat = conversation(title="Private title", promptPrefix="Secret prompt", temperature=0.5)
    return convert_link(
        link,
        chat,
        rows() if messages is None else messages,
        context({"f1": FileLink("file-1", "plan.png", "image/png", 5)}),
        own_id="Mnk5ilwjYWXe0nFNNMdG4",
        grants=EVERYBODY,
    )


def shown(result: SharedChat | Skipped) -> set[str]:
    assert isinstance(result, SharedChat)
    return set(result.row.chat["history"]["messages"])


def test_a_link_shows_what_it_showed() -> None:
    result = share()
    assert isinstance(result, SharedChat)
    row = result.row
    assert (row.id, row.chat_id, row.user_id) == ("Mnk5ilwjYWXe0nFNNMdG4", CHAT, "owner")
    assert (row.title, row.chat["title"]) == ("Branches", "Branches")
    assert (row.created_at, row.updated_at) == (d.CREATED // 1000, d.UPDATED // 1000)
    assert row.grants == EVERYBODY
    assert shown(result) == {"q", "a", "b", "q2"}
    messages = row.chat["history"]["messages"]
    assert messages["q"]["childrenIds"] == ["a", "b"]
    assert messages["q2"]["childrenIds"] == []
    assert row.chat["history"]["currentId"] == "q2"
    (notice,) = result.notices  # and none that says it had moved
    assert notice.code is WarningCode.ACCESS_NARROWED
    assert "Mnk5ilwjYWXe0nFNNMdG4" in notice.detail
    assert "signed in" in notice.detail


def test_a_link_with_another_id_says_so() -> None:
    moved = share(shareId="short")
    assert isinstance(moved, SharedChat)
    told = {notice.code: notice.detail for notice in moved.notices}
    assert "short is now /s/Mnk5ilwjYWXe0nFNNMdG4" in told[WarningCode.SHARED_LINK_MOVED]


def test_nothing_private_is_in_the_copy() -> None:
    result = share()
    assert isinstance(result, SharedChat)
    everything = " ".join(texts(result.row.chat))
    for private in ("Secret prompt", "Private title", "Written later", CHAT, "annotation"):
        assert private not in everything
    assert result.row.chat["params"] == {}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("a", {"q", "a"}),
        ("q2", {"q", "b", "q2"}),
        ("q", {"q"}),
        ("", {"q", "a", "b", "q2"}),
        # An end that is not there, or not among what the link lists, opens nothing.
        ("gone", None),
        ("late", None),
        ({"$oid": "x"}, None),
        (5, None),
        (["q2"], None),
        (False, None),
    ],
)
def test_a_link_to_one_message_shows_its_branch_only(
    target: object, expected: set[str] | None
) -> None:
    result = share(targetMessageId=target)
    if expected is None:
        assert isinstance(result, Skipped)
        assert result.reason is Reason.NO_MESSAGES
    else:
        assert shown(result) == expected


@pytest.mark.parametrize("listed", ["", "gone"])
def test_a_link_to_nothing_is_no_link(listed: str) -> None:
    assert isinstance(share(listed), Skipped)


@pytest.mark.parametrize("messages", [None, "all", {}, [None, 5, {}], True])
def test_an_unreadable_list_shows_nothing(messages: object) -> None:
    link = parse(SharedLink, LINK | {"messages": messages})
    result = convert_link(link, conversation(), rows(), context(), own_id="x", grants=EVERYBODY)
    assert isinstance(result, Skipped)


def test_messages_without_an_id_are_in_no_link() -> None:
    result = share("q", [message("q", _id=oid("q")), answer("x", "q", 1)])
    assert shown(result) == {"q"}


def test_people_may_read_only_the_files_they_see() -> None:
    image = {"file_id": "f1", "filename": "plan.png", "type": "image/png", "filepath": "/x"}
    with_files = [
        message("q", _id=oid("q"), files=[image]),
        message("q2", "q", 1, _id=oid("q2"), files=[image | {"file_id": "f2"}]),
    ]
    files = {
        "f1": FileLink("file-1", "plan.png", "image/png", 5),
        "f2": FileLink("file-2", "plan.png", "image/png", 5),
    }
    chat = convert(*with_files, files=files).row
    assert {file_id for _, file_id in chat.file_ids} == {"file-1", "file-2"}
    shared = share("q", with_files)
    assert isinstance(shared, SharedChat)
    opened = open_chat(chat, shared)
    assert opened.file_ids == (("q", "file-1"),)
    assert opened == replace(chat, share_id=LINK["shareId"], file_ids=opened.file_ids)


@pytest.mark.parametrize(
    ("own", "taken", "stays"),
    [
        ("Mnk5ilwjYWXe0nFNNMdG4", {}, True),
        ("Mnk5ilwjYWXe0nFNNMdG4", {"Mnk5ilwjYWXe0nFNNMdG4": CHAT}, True),
        ("Mnk5ilwjYWXe0nFNNMdG4", {"Mnk5ilwjYWXe0nFNNMdG4": "another chat"}, False),
        ("short", {}, False),
        ("../../admin/settings", {}, False),
        ("with space in it", {}, False),
        ("x" * 65, {}, False),
        ("Mnk5ilwjYWXe0nFNNMdG4\n", {}, False),
        (None, {}, False),
        (7, {}, False),
    ],
)
def test_addresses(own: object, taken: dict[str, str], stays: bool) -> None:
    result = share_id(parse(SharedLink, LINK | {"shareId": own}), CHAT, taken)
    assert (result == own) is stays
    assert stays or result.count("-") == 4


@pytest.mark.parametrize(
    ("end", "ended"),
    [
        (None, False),
        (Millis(NOW * 1000 + 1), False),
        (Millis(NOW * 1000), True),
        (Millis(0), True),
        ({"$date": "tomorrow"}, True),
        ("soon", True),
    ],
)
def test_links_that_have_ended(end: object, ended: bool) -> None:
    assert has_ended(parse(SharedLink, LINK | {"expiredAt": end}), NOW * 1000) is ended


def test_of_a_document_readers_see_its_name_only() -> None:
    record = {"file_id": "f1", "filename": "Salaries.pdf", "type": "application/pdf"}
    with_file = [message("q", _id=oid("q"), files=[record])]
    files = {"f1": FileLink("file-1", "Salaries.pdf", "application/pdf", 5, has_text=True)}
    chat = convert(*with_file, files=files).row
    shared = convert_link(
        parse(SharedLink, LINK | {"messages": [oid("q")]}),
        conversation(),
        with_file,
        context(files=files),
        own_id="share-id",
        grants=EVERYBODY,
    )
    assert isinstance(shared, SharedChat)
    assert "Salaries.pdf" in " ".join(texts(shared.row.chat))
    assert {file_id for _, file_id in chat.file_ids} == {"file-1"}
    assert open_chat(chat, shared).file_ids == ()


def test_a_shared_chat_can_only_be_read() -> None:
    granted = (Grant("user", "u", "read"), Grant("user", "u", "write"), Grant("group", "g", "read"))
    assert readers(granted) == (granted[0], granted[2])


@pytest.mark.parametrize("value", [1, "true", "True", [True], {"a": 1}, None, "yes", 0])
def test_only_true_is_public(value: object) -> None:
    assert parse(SharedLink, LINK | {"isPublic": value}).is_public is False


def test_every_field_may_be_wrong() -> None:
    everything = [oid(name) for name in ("q", "a", "b", "q2")]
    for _, data in d.damaged(LINK | {"messages": everything}):
        try:
            link = parse(SharedLink, data)
        except InvalidDocumentError:
            continue
        result = convert_link(
            link, conversation(), rows(), context(), own_id="x" * 21, grants=EVERYBODY
        )
        if isinstance(result, SharedChat):
            assert_storable(result.row)
            assert shown(result) <= {"q", "a", "b", "q2"}


@given(st.sets(st.sampled_from(["q", "a", "b", "q2", "late", "gone"])), st.none() | st.text())
def test_no_link_ever_shows_more_than_it_lists(listed: set[str], target: str | None) -> None:
    result = share(" ".join(sorted(listed)), targetMessageId=target)
    if isinstance(result, SharedChat):
        messages = result.row.chat["history"]["messages"]
        original = {
            key
            for key in messages
            if messages[key]["content"]
            in {"First question", "First answer", "Second answer", "More", "Written later"}
        }
        assert original <= listed

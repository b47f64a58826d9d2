"""What a message says, and who says it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.chats.message import ERROR_NOTE
from migrator_core.convert.cleaning import clean_text
from migrator_core.convert.content import part_types
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.part_types import PART_TYPES, PartType
from migrator_core.convert.content.pieces import Part, Pieces
from migrator_core.convert.content.text_items import reasoning_item
from migrator_core.outcome import WarningCode
from tests.support.chat_checks import answer, content_of, convert, history, message

# Markers of citations have a meaning in answers (test_citations.py).
ANY_TEXT = st.text(
    st.characters(exclude_characters="\ue200\ue201\ue202\ue203\ue204\ue206")
    | st.sampled_from("\x00\ud800\udfff`>#\r\n\u2028\ufeff")
)


@given(ANY_TEXT)
def test_text_goes_in_and_the_same_text_comes_out(text: str) -> None:
    expected = clean_text(text) if text.strip() else ""
    assert content_of(message("q", text=text)) == expected
    for stored in (text, [text], [{"type": "text", "text": {"value": text}}]):
        assert content_of(message("q"), answer("a", "q", text="", content=stored)) == expected


def test_removed_characters_are_told() -> None:
    codes = [notice.code for notice in convert(message("q", text="a\x00b")).notices]
    assert codes == [WarningCode.TEXT_REPAIRED]


TEXT_PART = {"type": "text", "text": "from content"}


@pytest.mark.parametrize(
    ("fields", "visible"),
    [
        ({"text": "stale", "content": [TEXT_PART]}, "from content"),
        ({"text": None, "content": [TEXT_PART]}, "from content"),
        ({"text": "text", "content": []}, "text"),
        ({"text": "text", "content": None}, "text"),
        ({"text": "text", "content": "  "}, "text"),
        ({"text": "text", "content": [None, {"type": "text", "text": ""}]}, "text"),
        ({"text": "text", "content": 7}, "**[part]**\n\n```json\n7\n```\n\ntext"),
        ({"text": 42}, "42"),
        ({"text": {"value": "wrapped"}}, "wrapped"),
        ({"text": ["a", 1]}, '**[text]**\n\n```json\n[\n  "a",\n  1\n]\n```'),
        ({"text": None}, ""),
        ({"text": True}, ""),
        ({"text": {}}, ""),
    ],
)
def test_which_text_counts(fields: dict[str, Any], visible: str) -> None:
    assert content_of(message("q"), answer("a", "q", **fields)) == visible


def test_without_a_text_part_a_question_comes_before_and_an_answer_after_the_rest() -> None:
    tool = [{"type": "hologram", "hologram": "x"}]
    block = "**[hologram]**\n\n> x"
    assert content_of(message("q", text="words", content=tool)) == f"words\n\n{block}"
    assert (
        content_of(message("q"), answer("a", "q", text="words", content=tool))
        == f"{block}\n\nwords"
    )


def test_text_parts_keep_their_order() -> None:
    parts = ["one", {"type": "think", "think": "hm"}, "two", "three"]
    text = content_of(message("q"), answer("a", "q", content=parts))
    assert text == "one\ntwo\n\nthree"


def test_one_warning_for_each_kind_of_part_in_a_message() -> None:
    parts = [{"type": "hologram", "hologram": {"n": n}} for n in range(5)]
    chat = convert(
        message("q"), answer("a", "q", content=[*parts, {"type": "smell", "smell": "s"}])
    )
    details = [notice.detail for notice in chat.notices]
    assert details == [
        "conversation c1, message a: hologram is kept as text",
        "conversation c1, message a: smell is kept as text",
    ]


def test_an_error_stays_readable() -> None:
    chat = convert(message("q"), answer("a", "q", error=True, text='{"type":"no_user_key"}'))
    failed = history(chat)["a"]
    assert failed["content"] == '{"type":"no_user_key"}'
    assert failed["error"] == {"content": "No API key was set for this endpoint."}
    assert failed["done"] is True
    assert "error" not in history(convert(message("q", error=True)))["q"]
    chat = convert(message("q"), answer("a", "q", error=True, text="Connection lost"))
    assert history(chat)["a"]["content"] == "Connection lost"
    assert history(chat)["a"]["error"] == {"content": ERROR_NOTE}


def test_an_answer_that_was_cut_is_not_shown_as_still_being_written() -> None:
    chat = convert(message("q"), answer("a", "q", text="part", unfinished=True))
    assert history(chat)["a"]["done"] is True


def test_quotations_stand_before_the_question() -> None:
    quotes = ["first\nline", None, "", {"text": "second"}]
    text = content_of(message("q", text="Why?", quotes=quotes))
    assert text == "> first\n> line\n\n> second\n\nWhy?"


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"attachments": [{"file_id": "f", "filename": "plot.png"}]}, "plot.png"),
        ({"attachments": [None, "odd"]}, "odd"),
        ({"attachments": [{"type": "hologram", "hologram": [1]}]}, "hologram"),
        ({"plugin": {"latest": "browser", "inputs": []}}, '"name": "browser"'),
        ({"plugins": [{"latest": "browser"}]}, '"name": "browser"'),
        ({"plugins": ["odd"]}, "odd"),
    ],
)
def test_what_stands_beside_the_content_does_not_vanish(fields: dict[str, Any], kept: str) -> None:
    shown = history(convert(message("q"), answer("a", "q", text="Answer", **fields)))["a"]
    assert kept in json.dumps(shown.get("output", shown["content"]))
    assert "Answer" in shown["content"]


def test_the_empty_shell_of_a_plugin_is_nothing() -> None:
    shell: dict[str, Any] = {"latest": None, "inputs": [], "outputs": ""}
    assert content_of(message("q"), answer("a", "q", text="Hi", plugin=shell, plugins=[])) == "Hi"


def test_people_see_the_name_they_knew() -> None:
    chat = convert(
        message("q"),
        answer("a", "q", sender="Data\nHelper", model="gpt-4-turbo"),
        answer("b", "q", sender=None, model="gpt-4-turbo", at=1),
        answer("c", "q", sender=None, model=None, at=2),
    )
    names = [(each["model"], each["modelName"]) for each in list(history(chat).values())[1:]]
    assert names == [
        ("gpt-4-turbo", "Data Helper"),
        ("gpt-4-turbo", "gpt-4-turbo"),
        ("gpt-4o", "gpt-4o"),
    ]


def test_output_holds_all_text_as_soon_as_a_part_has_an_output_item(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Open WebUI shows nothing but ``output`` where there is any."""

    def reasoning(part: Part, context: PartContext) -> Pieces:
        return Pieces(output=(reasoning_item(str(part.payload)),), file_ids=("f1",))

    monkeypatch.setattr(part_types, "PART_TYPES", {**PART_TYPES, "think": PartType(reasoning)})
    parts = [{"type": "think", "think": "hm"}, "Two."]
    search = {"type": "web_search", "web_search": {"turn": 0, "organic": [{"link": "s"}]}}
    found = answer("a", "q", content=parts, attachments=[search])
    chat = convert(message("q", text="1 + 1?"), found)
    converted = history(chat)["a"]
    assert converted["content"] == "Two."
    assert [item["type"] for item in converted["output"]] == ["reasoning", "message"]
    assert converted["output"][1]["content"] == [{"type": "output_text", "text": "Two."}]
    assert [entry["source"] for entry in converted["sources"]] == [{"id": "s", "name": "s"}]
    assert chat.row.file_ids == (("a", "f1"),)
    assert "output" not in history(chat)["q"]

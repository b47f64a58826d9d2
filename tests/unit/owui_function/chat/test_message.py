"""What reaches the page, and that a card's text stays text in the JavaScript that carries it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.visible import visible_lines
from owui_function.card.page import LIVE
from owui_function.chat.message import REFRESH_SECONDS, Message
from tests.unit.owui_function.hostile import TEXTS


class Page:
    """The events that an emitter was given."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    async def __call__(self, event: dict[str, Any]) -> None:
        self.events.append(json.loads(json.dumps(event)))

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events]


CODE = re.compile(
    r"document\.getElementById\((?P<id>.*?)\)\?\.querySelectorAll\('iframe'\)"
    r"\.forEach\(frame => frame\.contentWindow\.postMessage\((?P<data>.*), '\*'\)\);",
)


def _handed_over(code: str) -> tuple[str, dict[str, Any]]:
    """The two literals in the code; everything else must be the code itself."""
    assert code.isascii()
    assert code.isprintable()
    found = CODE.fullmatch(code)
    assert found, code
    decoder = json.JSONDecoder()
    container, end = decoder.raw_decode(found["id"])
    assert end == len(found["id"])
    data, end = decoder.raw_decode(found["data"])
    assert end == len(found["data"])
    return container, data


@pytest.mark.parametrize("text", TEXTS)
async def test_a_card_is_one_literal_in_the_code(text: str) -> None:
    page = Page()
    message = Message(page, "message-1")
    await message.card("first")
    await message.move(text)
    assert page.kinds() == ["embeds", "execute"]
    container, data = _handed_over(page.events[1]["data"]["code"])
    assert container == "message-1-embeds-container"
    assert data == {LIVE: {"html": visible_lines(text)}}


@given(st.text(), st.text())
def test_any_text_is_one_literal_in_the_code(text: str, message: str) -> None:
    code = Message(None, message).hand_over(text)
    assert code.isascii()
    first = json.dumps(f"{message}-embeds-container")
    begin = f"document.getElementById({first})?.querySelectorAll('iframe').forEach("
    assert code.startswith(begin)
    data, _ = json.JSONDecoder().raw_decode(code[code.index("postMessage(", len(begin)) + 12 :])
    assert data == {LIVE: {"html": text}}


async def test_a_card_is_stored_once_and_then_only_moved() -> None:
    page = Page()
    message = Message(page, "m")
    await message.card("one")
    for _ in range(5):
        await message.move("two")
    assert page.kinds() == ["embeds", *["execute"] * 5]
    assert page.events[0]["data"]["replace"] is True
    assert len(page.events[0]["data"]["embeds"]) == 1
    message._stored_at -= REFRESH_SECONDS + 1
    await message.move("three")
    assert page.kinds()[-1] == "embeds"
    assert "three" in page.events[-1]["data"]["embeds"][0]


async def test_the_same_status_is_said_once() -> None:
    page = Page()
    message = Message(page, "m")
    for text, done in (("a", False), ("a", False), ("b", False), ("b", True)):
        await message.status(text, done=done)
    assert [(e["data"]["description"], e["data"]["done"]) for e in page.events] == [
        ("a", False), ("b", False), ("b", True),
    ]  # fmt: skip


async def test_without_a_page_nothing_happens() -> None:
    message = Message(None)
    await message.status("a", done=True)
    await message.card("b")
    await message.move("c")
    await message.notify("d", kind="info")
    await message.suggest(["e"])
    await message.files([{"id": "f"}])
    assert not message.visible
    assert not message.carded


@pytest.mark.parametrize(
    ("answer", "theme"),
    [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ({"error": "gone"}, "")],
)
async def test_a_card_has_the_theme_of_its_page(answer: object, theme: str) -> None:
    page = Page()

    async def ask(event: dict[str, Any]) -> object:
        assert event["type"] == "execute"
        return answer

    message = Message(page, "m", ask)
    await message.card("one")
    assert f'<html lang="en"{theme}>' in page.events[0]["data"]["embeds"][0]


async def test_a_page_that_cannot_be_asked_gets_its_card() -> None:
    page = Page()

    async def ask(event: dict[str, Any]) -> object:
        raise ConnectionError("no such client")

    await Message(page, "m", ask).card("one")
    assert page.kinds() == ["embeds"]

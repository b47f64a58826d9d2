"""Text in, text out: whatever an answer's text marks up, no word of it is lost or moved."""

from __future__ import annotations

import re
from typing import cast
from unittest.mock import patch

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from migrator_core.chat_document import Role
from migrator_core.convert.content.context import ChatScope, PartContext
from migrator_core.convert.content.part_types import convert_part
from migrator_core.convert.content.parts import text as text_part
from migrator_core.convert.content.pieces import Pieces
from migrator_core.convert.content.reading import read_parts
from migrator_core.output_items import MessageItem, ReasoningItem
from tests.support.chat_checks import USER

MARKS = [
    "`", "``", "```", "````", "~~~", "```python\n", "\n", "\n\n", "\r\n", "\u2028", "> ", "- ",
    "    ", "[", "]", "(", ")", "![", "](", ":::", "::::\n", "$", "$$", "|", "{", "}", "<", ">",
    "\\", "*",
    "](/images", "](https://example.org/x.png)", "</think>", ":::note\n", "\\ui", "data:",
    "sandbox:",
]  # fmt: skip
PLAIN = st.lists(st.sampled_from(MARKS) | st.text(max_size=8), max_size=30).map("".join)


def convert(text: str, role: Role = "assistant") -> Pieces:
    context = PartContext("message m1", ChatScope(USER), role=role)
    (part,) = read_parts([{"type": "text", "text": text}])
    return convert_part(part, context)


@given(text=PLAIN, role=st.sampled_from(("user", "assistant")))
def test_a_short_look_at_what_marks_nothing_up_is_enough(text: str, role: Role) -> None:
    short = convert(text, role)
    with patch.object(text_part, "_is_unmarked", return_value=False):
        assert convert(text, role) == short


def shown(piece: Pieces) -> str:
    """All that a person sees, in order: reasoning and text."""
    if not piece.output:
        return piece.text
    items = cast("tuple[MessageItem | ReasoningItem, ...]", piece.output)
    return "\n\n".join(item["content"][0]["text"] for item in items)


@given(PLAIN, st.sampled_from(["user", "assistant"]))
def test_text_without_a_construct_stays_exactly_as_it_was(text: str, role: Role) -> None:
    assume(not re.search("[\ue200-\ue206]|ue20[0-6]", text))  # citations are no plain text
    piece = convert(text, role)
    assert piece.text == (text if text.strip() else "")
    assert piece.output == ()


WORD = st.from_regex(r"[a-z]{1,6}", fullmatch=True)
BLOCKS = st.sampled_from(
    [
        "{}",
        "{}",
        "- {}\n- {}",
        "```\n{}\n```",
        "`{}`",
        "<think>{}</think>",
        "<think>\n{}\n</think>",
        ":::thinking\n{}\n:::",
        ':::artifact{{identifier="i" type="text/html" title="{}"}}\n```html\n{}\n```\n:::',
        ':::artifact{{title="{}" type="application/vnd.react"}}\n````tsx\n{}\n```\n{}\n````\n:::',
        f"![{{}}](/images/{USER}/a.png)",
        "[{}](sandbox:/mnt/data/a.csv)",
        "![{}](data:image/gif;base64,R0lGODlhAQABAAAAACw=)",
        "[{}](https://example.org/{})",
        "| {} |\n|---|\n| {} |",
        "$${}$$",
    ]
)


@given(st.lists(st.tuples(BLOCKS, st.lists(WORD, min_size=3, max_size=3)), min_size=1, max_size=8))
def test_every_word_around_and_inside_of_constructs_stays_in_its_place(
    blocks: list[tuple[str, list[str]]],
) -> None:
    words = []
    parts = []
    for number, (block, some) in enumerate(blocks):
        unique = [f"{word}Q{number}{place}Z" for place, word in enumerate(some)]
        parts.append(block.format(*unique))
        words += re.findall(r"[a-z]+Q\d+Z", parts[-1])
    piece = convert("\n\n".join(parts))
    assert re.findall(r"[a-z]+Q\d+Z", shown(piece)) == words
    assert "<think>" not in piece.text
    assert ":::" not in piece.text
    assert "sandbox:" not in piece.text
    reasoning = [item for item in piece.output if item["type"] == "reasoning"]
    assert len(reasoning) == sum("think" in block for block, _ in blocks)


@pytest.mark.parametrize(
    "text",
    [
        "```\n<think>\nx",
        "- list\n\n    ```\n    <think>\n    ```\n",
        "> ```\n> :::artifact{type=\"text/html\"}\n> ```",
        "~~~\n\\ui{a}\n~~~",
        "`a\n![x](/images/u/a.png)`",
        "\\`not code\\` and `code`",
    ],
)  # fmt: skip
def test_code_is_never_touched(text: str) -> None:
    assert convert(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "<think>" * 20_000,
        "a <think>b\n" * 20_000,
        ":::thinking\n" * 20_000,
        ":::artifact{\n" * 3_000,
        "![" * 50_000 + "](/images/a",
        "](/images/" * 20_000,
        "](data:" + "(" * 100_000,
        "`" * 50_000,
        "`a``b" * 20_000,
        "[a](sandbox:" * 10_000 + ")",
    ],
)
def test_hostile_repetition_converts(text: str) -> None:
    assert shown(convert(text))

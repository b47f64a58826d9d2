"""Which parts a message has, and that nothing in them vanishes."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.part_types import PART_TYPES, convert_part
from migrator_core.convert.content.pieces import Pieces
from migrator_core.convert.content.reading import read_parts
from migrator_core.outcome import WarningCode
from tests.support.chat_checks import convert as convert_chat
from tests.support.chat_checks import message

CONTEXT = PartContext("message m1")


def convert(content: object) -> list[Pieces]:
    return [convert_part(part, CONTEXT) for part in read_parts(content)]


def shown(content: object) -> str:
    return "\n\n".join(piece.text for piece in convert(content) if piece.text)


@pytest.mark.parametrize(
    "content",
    [
        "Hello",
        ["Hello"],
        [{"type": "text", "text": "Hello"}],
        [{"type": "text", "text": {"value": "Hello"}}],
        [{"type": "text", "text": {"value": "Hello", "annotations": []}}],
        [{"type": "text", "text": "Hello", "tool_call_ids": ["c1"], "agentId": "a____1"}],
        [{"text": "Hello"}],
        [{"type": None, "text": "Hello"}],
        [None, {"type": "text", "text": "Hello"}, {"type": "text", "text": "  "}, None],
        {"type": "text", "text": "Hello"},
    ],
)
def test_text_is_text_however_it_was_stored(content: object) -> None:
    assert shown(content) == "Hello"
    assert any(piece.plain for piece in convert(content))
    assert not any(piece.notices for piece in convert(content))


@pytest.mark.parametrize(
    "content",
    [None, "", [], [None], [{}], {}, [{"type": "text"}], [{"type": "text", "text": " \n"}],
     [{"type": "text", "text": {"value": ""}}], [{"type": "think", "think": ""}], [[], {}]],
)  # fmt: skip
def test_empty_content_shows_nothing_of_its_own(content: object) -> None:
    assert not any(piece.plain for piece in convert(content))
    assert "Traceback" not in shown(content)


PAYLOADS: list[dict[str, Any]] = [
    {"type": "hologram", "hologram": {"depth": 3, "nested": [["deep", None]]}},
    {"type": "hologram", "other": "key"},
    {"type": "think", "think": ["no", "text"]},
    {"type": "image_file", "image_file": {"width": "wide"}},
    {"type": "image_url", "image_url": {"detail": "low"}},
    {"type": "image_url", "image_url": "javascript:alert(1)"},
    {"type": "video_url", "video_url": ["https://example.org/film.mp4"]},
    {"type": "input_audio", "input_audio": {"format": "wav"}},
    {"type": "error", "error": {"code": "E7"}},
    {"type": "summary", "content": {"tokens": "nine"}},
    {"type": "agent_update", "agent_update": {"runId": "r1"}},
    {"type": "steer", "steer": {"files": ["f1"]}},
    {"type": "activity_label", "activity_label": {"label": "Searched"}},
    {"type": "text", "text": {"annotations": [{"text": "sandbox:/x"}]}},
    {"type": "text", "text": ["no", "text"]},
    {"type": 7, "text_like": "number as a type"},
]


@pytest.mark.parametrize("part", PAYLOADS, ids=lambda part: json.dumps(part)[:50])
def test_what_has_no_form_yet_stays_readable_under_its_name(part: dict[str, Any]) -> None:
    (piece,) = convert([part])
    name = part["type"] if isinstance(part.get("type"), str) else ""
    assert piece.text.startswith(f"**[{name}" if name else "**[")
    assert not piece.plain
    assert [notice.code for notice in piece.notices] == [WarningCode.PART_NOT_CONVERTED]
    assert "message m1" in piece.notices[0].detail
    for leaf in _strings({key: value for key, value in part.items() if key != "type"}):
        for line in json.dumps(leaf, ensure_ascii=False)[1:-1].split("\\n"):
            assert line in piece.text


def _strings(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) and value != "text" else []


def test_a_part_with_a_name_and_nothing_else_is_at_least_named() -> None:
    assert shown([{"type": "agent_update"}]) == "**[agent_update]**"


def test_a_hostile_type_cannot_break_out_of_its_heading() -> None:
    text = shown([{"type": "]**\n\n# Hello [x](javascript:1) <b>", "x": 1}])
    assert text.split("\n\n")[0] == "**[ Hello xjavascript:1 b]**".replace("[ ", "[")


def test_a_fence_inside_cannot_end_the_block() -> None:
    text = shown([{"type": "hologram", "hologram": {"output": "````\n# out\n````"}}])
    fence = text.split("\n\n")[1].split("json")[0]
    assert fence == "`````"
    assert text.count(fence) == 2


PNG = "data:image/png;base64," + "iVBORw0KGgo" * 4000


@pytest.mark.parametrize(
    "part",
    [
        {"type": "hologram", "hologram": f"before {PNG} after"},
        {
            "type": "hologram",
            "hologram": {"data": base64.b64encode(bytes(range(256)) * 20).decode()},
        },
    ],
)
def test_embedded_data_becomes_a_note_of_its_length(part: dict[str, Any]) -> None:
    text = shown([part])
    assert len(text) < 500
    assert "characters of data left out" in text


def test_long_text_that_is_no_data_stays_whole() -> None:
    output = "x" * 300_000
    assert output in shown([{"type": "hologram", "hologram": {"output": output}}])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "text", "value", *PART_TYPES, "think"]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_content_of_any_shape_converts(content: object) -> None:
    for piece in convert(content):
        assert isinstance(piece.text, str)


PAYLOAD_KEYS = st.sampled_from(
    ["text", "value", "url", "data", "format", "file_id", "filepath", "agentId", "annotations",
     "content", "quotes", "files", "type", "name", "args", "output"]
)  # fmt: skip
PAYLOAD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PAYLOAD_KEYS, inner, max_size=4),
    max_leaves=10,
)


@given(
    st.lists(st.tuples(st.sampled_from([*PART_TYPES, "novel"]), PAYLOAD), max_size=4),
    st.booleans(),
    PAYLOAD,
)
def test_parts_of_every_type_with_any_payload_make_a_chat(
    parts: list[tuple[str, object]], asked: bool, beside: object
) -> None:
    content = [{"type": kind, kind: payload, "text": beside} for kind, payload in parts]
    row = message("m", isCreatedByUser=asked, text="", content=content, attachments=beside)
    assert not convert_chat(row).message_outcomes


def test_content_nested_beyond_reason_converts() -> None:
    deep: object = "bottom"
    for _ in range(600):
        deep = {"type": "tool_call", "tool_call": [deep]}
    assert "nested too deeply" in shown([deep])

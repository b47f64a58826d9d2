"""What is looked up before a conversation is converted."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.chats.references import References, find_references
from tests.support.chat_checks import USER, answer, content_of, message

PATH = f"/images/{USER}/a.png"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"files": [{"file_id": "f1"}, "f2", None]}, References(files={"f1", "f2"})),
        ({"attachments": [{"file_search": {"sources": [{"fileId": "f1"}]}}]}, References({"f1"})),
        ({"content": [{"type": "image_file", "image_file": {"file_id": "f1", "filepath": PATH}}]},
         References({"f1"}, {PATH})),
        ({"content": [{"code_interpreter": {"outputs": [{"image": {"file_id": "f"}}]}}]},
         References({"f"})),
        ({"content": [{"text": {"value": "", "annotations": [{"file_path": {"file_id": "f"}}]}}]},
         References({"f"})),
        ({"content": [{"type": "steer", "steer": "x", "files": [{"file_id": "f"}]}]},
         References({"f"})),
        ({"text": f"![a]({PATH}?v=1) [b](/api/files/download/u/f9)"}, References({"f9"}, {PATH})),
        ({"text": f"see {PATH}"}, References()),
        ({"content": [{"image_url": {"url": PATH}}]}, References(paths={PATH})),
        ({"content": [{"type": "agent_update", "agent_update": {"agentId": "agent_a"}},
                      {"tool_call": {"name": "lc_transfer_to_agent_b"}}]},
         References(agents={"agent_a", "agent_b"})),
        ({"files": [{"file_id": "\ud800"}, {"file_id": "x" * 10_000}, {"file_id": 7}, " "]},
         References()),
    ],
)  # fmt: skip
def test_references(fields: dict[str, Any], expected: References) -> None:
    assert find_references([answer("a", **{"text": "", **fields})], USER) == expected


JSON = st.recursive(
    st.none() | st.text() | st.integers() | st.sampled_from([PATH, f"![]({PATH})"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["file_id", "agentId", "name", "text"]), inner)
    ),
)


@given(JSON)
def test_any_shape_is_walked(value: object) -> None:
    found = find_references([message("q", content=value, text=value, files=[value])], USER)
    assert found.paths <= {PATH}


def test_depth_is_bounded() -> None:
    deep: Any = {"file_id": "f"}
    for _ in range(10_000):
        deep = [deep]
    assert find_references([message("q", content=deep)], USER) == References()


def test_which_files_a_conversation_refers_to() -> None:
    sources = [{"fileId": "from search"}, {"fileId": 7}, None, "x"]
    image = {"outputs": [None, {"type": "image", "image": {"file_id": "from code"}}, {"image": 1}]}
    rows = [
        message("q", files=[{"file_id": "upload"}, {"file_id": " "}, {}, None, 3.5]),
        answer(
            "a",
            "q",
            attachments=[{"file_id": "made"}, {"file_search": {"sources": sources}}, {}],
            content=[
                {"type": "image_file", "image_file": {"file_id": "shown"}},
                {"type": "tool_call", "tool_call": {"code_interpreter": image}},
                {"type": "tool_call", "tool_call": {"code_interpreter": {"outputs": {}}}},
                {"type": "tool_call", "tool_call": []},
                None,
            ],
        ),
        answer("b", "q", content={"image_file": {"file_id": "lone"}}),
    ]
    found = find_references(rows, "").files
    expected = {"upload", "made", "from search", "shown", "from code", "lone"}
    assert expected <= found
    assert found <= expected | {"1", "7", "x", "3.5"}


@pytest.mark.parametrize("wrong", [None, True, 1, "x", {}, {"sources": 1}, [[]], [{"file_id": []}]])
@pytest.mark.parametrize("field", ["files", "attachments", "content", "image_urls"])
def test_references_of_any_shape(field: str, wrong: Any) -> None:
    row = message("q", **{field: wrong})
    assert find_references([row], "").files <= {"x", "1"}
    assert content_of(row) is not None

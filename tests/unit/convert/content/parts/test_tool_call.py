"""Tool calls survive whatever shape they were stored in."""

from __future__ import annotations

import base64
import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.chats.message import ConvertedMessage
from migrator_core.convert.content.context import ChatScope
from migrator_core.convert.content.text_items import message_items, reasoning_item
from migrator_core.convert.content.tools.call_items import number_calls
from migrator_core.convert.content.tools.code_items import code_executions
from migrator_core.convert.files.file_link import FileLink
from migrator_core.output_items import OutputItem
from tests.support.chat_checks import USER, answer, convert_alone

SCOPE = ChatScope(
    user=USER,
    owner_id="owner",
    conversation_id="c1",
    files={"f": FileLink("ow-f", "f.png", "image/png", 1)},
)


def convert(*calls: object, **fields: Any) -> ConvertedMessage:
    content = [{"type": "tool_call", "tool_call": call} for call in calls]
    message = answer("a", "q", **{"text": "", "content": content, **fields})
    return convert_alone(message, SCOPE)


def shown(converted: ConvertedMessage) -> dict[str, Any]:
    """The message as a reader of JSON sees it."""
    return cast("dict[str, Any]", converted.message)


def output_of(*calls: object, **fields: Any) -> list[dict[str, Any]]:
    return list(shown(convert(*calls, **fields)).get("output", []))


def result_text(output: list[dict[str, Any]]) -> str:
    (item,) = [entry for entry in output if entry["type"] == "function_call_output"]
    return "".join(part["text"] for part in item["output"] if part["type"] == "input_text")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"progress": 1, "output": ""}, "completed"),
        ({"progress": 1}, "completed"),
        ({"progress": 0.1, "output": "found"}, "completed"),
        ({"output": "found"}, "completed"),
        ({"output": {}}, "completed"),
        ({"progress": 0.5, "output": ""}, "incomplete"),
        ({"output": None}, "incomplete"),
        ({}, "incomplete"),
        ({"progress": True}, "incomplete"),
        ({"progress": "1"}, "incomplete"),
        ({"runStepStatus": "completed", "runStepDurationMs": 1300}, "completed"),
        ({"runStepStatus": "cancelled", "progress": 1}, "incomplete"),
        ({"runStepStatus": "failed"}, "incomplete"),
        ({"runStepStatus": "cancelled", "output": "found"}, "completed"),
        ({"runStepStatus": ["new"], "progress": 1}, "completed"),
    ],
)
def test_a_call_ended_if_it_says_so_or_has_a_result(fields: dict[str, Any], status: str) -> None:
    call, result = output_of({"id": "1", "name": "t", "args": "{}", **fields})
    assert call["status"] == result["status"] == status
    assert call["call_id"] == result["call_id"]


def test_a_huge_result_stays_whole() -> None:
    text = "x" * 300_000 + "the end\n"
    assert result_text(output_of({"id": "1", "name": "t", "output": text})) == text


def test_a_sign_in_link_is_never_kept() -> None:
    for fields in ({}, {"progress": 1}, {"output": "done"}, {"name": "execute_code"}):
        call = {
            "id": "1",
            "name": "t",
            "args": '{"code": "x"}',
            "auth": "https://s.example/?k=secret",
        }
        assert "secret" not in json.dumps(convert({**call, **fields}).message)


def test_a_picture_in_base64_becomes_a_file_that_the_call_shows() -> None:
    content = bytes(range(256)) * 4
    data = "data:image/png;base64," + base64.b64encode(content).decode()
    converted = convert({"id": "1", "name": "shot", "output": {"image": data, "ok": True}})
    (file,) = converted.embedded
    assert file.content == content
    url = f"/api/v1/files/{file.row.id}/content"
    output = list(shown(converted)["output"])
    assert json.loads(result_text(output)) == {"image": url, "ok": True}
    assert output[1]["files"] == [{"type": "image", "url": url, "name": file.row.filename}]
    assert converted.file_ids == (file.row.id,)


def test_two_calls_with_one_id_keep_their_own_results() -> None:
    calls = [{"id": "x", "name": name, "output": name} for name in ("one", "two", "three")]
    output = output_of(*calls, {"id": "x", "name": "execute_code", "args": {"code": "1"}})
    ids = [item["call_id"] for item in output if item["type"] != "function_call_output"]
    assert len(set(ids)) == 4
    assert ids[0] == "x"
    texts = {item["call_id"]: item["output"][0]["text"] for item in output[1:6:2]}
    assert [texts[call_id] for call_id in ids[:3]] == ["one", "two", "three"]
    assert output == output_of(*calls, {"id": "x", "name": "execute_code", "args": {"code": "1"}})


def test_numbering_leaves_other_items_alone() -> None:
    items: list[OutputItem] = [*message_items("Said."), reasoning_item("Thought.")]
    before = json.dumps(items)
    number_calls(items, "m")
    assert json.dumps(items) == before


def test_code_is_shown_with_all_it_printed_once() -> None:
    run = {"id": "1", "name": "execute_code", "args": {"lang": "rs", "code": "fn main(){}"}}
    message = shown(convert({**run, "output": "stdout:\nhello"}))
    (item,) = message["output"]
    (execution,) = message["code_executions"]
    assert item["lang"] == execution["language"] == "rs"
    assert item["output"]["stdout"] == execution["result"]["output"] == "stdout:\nhello"
    assert message["content"] == ""
    assert code_executions(message_items("Said.")) == []


@pytest.mark.parametrize("language", ["", "py\n```", 5, None, "x" * 100])
def test_no_language_breaks_out_of_its_fence(language: object) -> None:
    (item,) = output_of(
        {"id": "1", "name": "execute_code", "args": {"lang": language, "code": "1"}, "output": "x"}
    )
    assert item["lang"] in {"python", "text"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "name", "args", "output", "progress", "auth", "type", "function",
                 "arguments", "code_interpreter", "input", "outputs", "logs", "image", "code",
                 "lang", "retrieval", "file_search", "plugin", "latest", "inputs", "memory",
                 "ui_resources", "text", "blob", "file_id", "filename", "filepath"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)  # fmt: skip
NAMES = st.sampled_from(["execute_code", "bash_tool", "t", "lc_transfer_to_agent_x"])
CALLS = JSON | st.fixed_dictionaries({"name": NAMES}, optional={"args": JSON, "output": JSON})


@given(st.lists(CALLS, max_size=4), JSON, JSON, JSON)
def test_no_call_breaks_a_message(
    calls: list[object], attachments: object, plugin: object, plugins: object
) -> None:
    message = convert(*calls, attachments=attachments, plugin=plugin, plugins=plugins).message
    json.dumps(message, allow_nan=False).encode("utf-8")
    called = [item for item in message.get("output", []) if item["type"] == "function_call"]
    answered = {
        item["call_id"]
        for item in message.get("output", [])
        if item["type"] == "function_call_output"
    }
    assert len({item["call_id"] for item in called}) == len(called)
    assert {item["call_id"] for item in called} == answered
    assert all(isinstance(json.loads(item["arguments"]), dict) for item in called)


def test_a_handoff_that_worked_is_no_error() -> None:
    """As LibreChat (main of 2026-08) stores it: neither a result nor progress."""
    handoff = {"id": "1", "name": "lc_transfer_to_agent_9", "args": "", "type": "tool_call"}
    for ending in ({}, {"runStepStatus": "completed", "runStepDurationMs": 4}):
        converted = shown(convert({**handoff, **ending}))
        call, result = converted["output"]
        assert call["status"] == "completed"
        assert "Error" not in json.dumps(result)
        assert converted["statusHistory"][0]["action"] == "handoff"
    stopped = shown(convert({**handoff, "runStepStatus": "cancelled"}))
    assert "stopped" in json.dumps(stopped["output"])
    assert "statusHistory" not in stopped


def test_the_end_may_stand_beside_the_call() -> None:
    part = {"type": "tool_call", "tool_call": {"id": "1", "name": "t"}}
    message = answer("a", "q", text="", content=[{**part, "runStepStatus": "completed"}])
    assert shown(convert_alone(message, SCOPE))["output"][0]["status"] == "completed"


@pytest.mark.parametrize(
    ("fields", "told"), [({"approval": {"actionId": "1"}}, "approval"), ({"auth": "x"}, "sign-in")]
)
def test_a_call_that_never_ran_says_what_it_waited_for(fields: dict[str, Any], told: str) -> None:
    _, result = output_of({"id": "1", "name": "t", **fields})
    assert told in result["output"][-1]["text"]


def test_what_a_subagent_said_stands_behind_its_result() -> None:
    search = {"name": "web_search", "args": {"q": "oaks"}, "output": "3 oaks"}
    run = {"name": "execute_code", "args": {"code": "1"}, "output": "one"}
    inner = [
        {"type": "think", "think": "Where is it?"},
        *({"type": "tool_call", "tool_call": call} for call in (search, run)),
        {"type": "text", "text": "There are three."},
    ]
    call = {"id": "1", "name": "subagent", "args": {"task": "count"}, "output": "Three."}
    converted = shown(convert({**call, "subagent_content": inner}, text="Three oaks."))
    _, result, said = converted["output"]
    sent, transcript = result["output"]
    assert sent == {"type": "input_text", "text": "Three."}
    assert transcript["type"] == "output_text"  # which models are not sent
    told = ["Transcript of the subagent", "Where is it?", "oaks", "3 oaks", "one", "are three"]
    places = [transcript["text"].index(text) for text in told]
    assert places == sorted(places)
    assert said["content"][0]["text"] == converted["content"] == "Three oaks."


def test_subagents_of_subagents_and_odd_transcripts_are_kept() -> None:
    nested: Any = "the innermost"
    for depth in range(40):
        call = {"name": "subagent", "output": f"level {depth}", "subagent_content": nested}
        nested = [{"type": "tool_call", "tool_call": call}]
    text = json.dumps(convert({"id": "1", "subagent_content": nested}).message)
    assert all(f"level {depth}" in text for depth in range(5, 40))
    for odd in ({"text": "so"}, "so", [None, "so"], [["so"]], {"a": "so"}):
        assert "so" in json.dumps(output_of({"id": "1", "name": "t", "subagent_content": odd}))
    run = {"id": "1", "name": "execute_code", "args": {"code": "1"}, "subagent_content": ["so"]}
    assert "so" in json.dumps(output_of(run))
    nothings: tuple[Any, ...] = ([], "", None, [None], {})
    del run["subagent_content"]
    for nothing in nothings:
        assert output_of({**run, "subagent_content": nothing}) == output_of(run)

"""What Open WebUI itself makes of migrated tool calls when a conversation goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrator_core.convert.content.context import ChatScope
from tests.support.chat_checks import USER, answer, convert_alone
from tests.support.databases import run_python
from tests.support.environments import CURRENT, OLDER, deployment

PROGRAM = """
import json, sys
from open_webui.utils.misc import convert_output_to_messages
print("\\x1e" + json.dumps(convert_output_to_messages(json.loads(sys.argv[1]), raw=True)))
"""

CONTENT: list[dict[str, Any]] = [
    {"type": "think", "think": "First I look it up."},
    {"type": "text", "text": "Let me see."},
    {"type": "tool_call", "tool_call": {
        "id": "c1", "name": "search", "args": '{"q":"x"}', "output": "found", "progress": 1}},
    {"type": "tool_call", "tool_call": {
        "id": "c2", "name": "wiki_mcp_Wiki", "args": {"id": 7}, "output": {"text": "Page"}}},
    {"type": "tool_call", "tool_call": {
        "id": "c3", "name": "broken", "args": '{"q":', "output": "", "progress": 0.1}},
    {"type": "text", "text": "Now I compute."},
    {"type": "tool_call", "tool_call": {
        "id": "c4", "name": "execute_code", "args": {"lang": "py", "code": "print(6*7)"},
        "output": "stdout:\n42", "progress": 1}},
    {"type": "tool_call", "tool_call": {
        "id": "c1", "type": "function", "progress": 1,
        "function": {"name": "again", "arguments": "{}", "output": ""}}},
    {"type": "text", "text": "It is 42."},
]  # fmt: skip


@pytest.mark.openwebui
@pytest.mark.parametrize("version", [CURRENT, *OLDER])
def test_every_call_is_sent_again_once_and_in_order(version: str, tmp_path: Path) -> None:
    scope = ChatScope(user=USER, owner_id="o", conversation_id="c")
    message = answer("a", "q", text="", content=CONTENT)
    converted = convert_alone(message, scope, "m").message
    target = deployment(version, tmp_path)
    printed = run_python(target, PROGRAM, json.dumps(converted["output"]))
    sent = json.loads(printed.partition("\x1e")[2])

    calls = [call for entry in sent for call in entry.get("tool_calls", [])]
    results = {entry["tool_call_id"]: entry["content"] for entry in sent if entry["role"] == "tool"}
    # Versions before 0.11 send calls that never ended, too.
    told = [
        (call["function"]["name"], json.loads(call["function"]["arguments"]), results[call["id"]])
        for call in calls
        if version != "0.10.2" or call["function"]["name"] != "broken"
    ]
    assert told == [
        ("search", {"q": "x"}, "found"),
        ("wiki_mcp_Wiki", {"id": 7}, '{"text": "Page"}'),
        ("again", {}, ""),
    ]
    assert len(results) == len(calls) == len({call["id"] for call in calls})

    said = "\n".join(entry["content"] for entry in sent if entry["role"] == "assistant")
    places = [said.index(text) for text in ("Let me see.", "Now I", "print(6*7)", "\n42", "It is")]
    assert places == sorted(places)
    assert said.count("print(6*7)") == said.count("stdout:\n42") == 1
    assert "First I look it up." not in said
    assert "never finished" not in json.dumps(sent)

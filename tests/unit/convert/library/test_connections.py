from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.library.connections import (
    MAX_NAMED,
    Surroundings,
    connection_notices,
)
from migrator_core.librechat.documents.action import ApiAction
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.mcp_server import McpServer
from migrator_core.outcome import WarningCode
from tests.unit.convert import documents as d

BARE: dict[str, Any] = {"tools": [], "actions": [], "edges": [], "agent_ids": [], "subagents": {}}
BANK = parse(
    ApiAction,
    {"action_id": "act", "agent_id": "agent_z", "metadata": {
        "domain": "https://me:word@api.bank.example/v1?key=word", "api_key": "word",
        "auth": {"type": "oauth", "client_secret": "word"}}},
)  # fmt: skip
WIKI = parse(
    McpServer,
    {"serverName": "a_mcp_b", "config": {
        "type": "sse", "url": "https://wiki.example:8443/word", "headers": {"X": "word"}}},
)  # fmt: skip
AROUND = Surroundings({"act": BANK}, {"a_mcp_b": WIKI}, {"agent_x": "Xenia"})


def _said(**changes: Any) -> list[str]:
    agent = parse(Agent, d.AGENT | BARE | changes)
    notices = list(connection_notices(agent, "agent A", AROUND))
    assert {one.code for one in notices} <= {WarningCode.CONNECTION_NEEDED}
    assert all(one.detail.startswith("agent A: ") for one in notices)
    assert "word" not in repr(notices)
    return [one.detail.removeprefix("agent A: ") for one in notices]


def test_a_server_is_named_with_its_host_and_the_number_of_tools() -> None:
    tools = ["find_mcp_a_mcp_b", "read_mcp_a_mcp_b", "sys__server__sys_mcp_a_mcp_b", "web_search"]
    (said,) = _said(tools=tools)
    assert said.startswith(
        "the MCP server a_mcp_b (sse, wiki.example:8443), of which it used 2 tools. Add it in"
    )


def test_a_server_that_the_backup_does_not_know_is_named_all_the_same() -> None:
    assert _said(tools=["find_mcp_files"])[0].startswith("the MCP server files, of which it used 1")
    assert _said(mcpServerNames=["files"])[0].startswith("the MCP server files. Add")


@pytest.mark.parametrize(
    "changes", [{"actions": ["YXBp_action_act"]}, {"id": "agent_z"}], ids=["by name", "by agent"]
)
def test_an_api_is_named_by_its_host(changes: dict[str, Any]) -> None:
    (said,) = _said(**changes)
    assert said.startswith("the API of api.bank.example (signed in to by oauth). Add its OpenAPI")


def test_partners_are_named() -> None:
    edges = [{"to": "agent_x"}, {"to": ["agent_y", d.AGENT["id"]]}, {"to": 7}, "damaged"]
    assert _said(edges=edges, agent_ids=["agent_x"])[0].startswith(
        "it handed work over to Xenia, agent_y. Open WebUI"
    )
    assert _said(subagents={"agent_ids": ["agent_x", None]})[0].startswith(
        "it had as sub-agents Xenia. "
    )


def test_a_simple_agent_needs_nothing() -> None:
    assert _said(tools=["web_search", "execute_code"]) == []


def test_many_are_not_all_named() -> None:
    assert len(_said(tools=[f"t_mcp_s{number}" for number in range(99)])) == MAX_NAMED
    (said,) = _said(agent_ids=[f"agent_{number}" for number in range(99)])
    assert f"and {99 - MAX_NAMED} more" in said

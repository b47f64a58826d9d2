"""What an agent was connected to, in words for an administrator who is to connect it again.

Open WebUI's models may use tools of servers that an administrator has added. Nothing here makes
one: what LibreChat knows of a server is of no use without its keys, which are never carried over.
What is said goes into the report alone: readers of an agent could not see its tools in LibreChat.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.result import notice
from migrator_core.librechat.documents.action import ApiAction
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.mcp_server import McpServer
from migrator_core.outcome import Notice, WarningCode

MAX_NAMED = 20
_MAX_NAME = 80
_MCP = "_mcp_"
_ACTION = "_action_"
_HOST = re.compile(r"\s*(?:[a-z][a-z0-9+.-]{0,20}://)?([^\s/?#]{1,300})", re.IGNORECASE)
_WHERE = "Admin Panel → Settings → Integrations"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the backup knows of APIs, servers and agents, by the names that agents have for them.

    ``actions_of`` are the ids of the actions that say whose they are, by agent.
    """

    actions: Mapping[str, ApiAction] = field(default_factory=dict)
    servers: Mapping[str, McpServer] = field(default_factory=dict)
    agents: Mapping[str, str] = field(default_factory=dict)
    actions_of: Mapping[str, Sequence[str]] = field(init=False)

    def __post_init__(self) -> None:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for key, action in self.actions.items():
            found[action.agent_id or ""].append(key)
        object.__setattr__(self, "actions_of", found)


def connection_notices(agent: Agent, label: str, around: Surroundings) -> Iterator[Notice]:
    """One warning for each server, API and kind of partner."""
    for detail in (*_servers(agent, around), *_apis(agent, around), *_partners(agent, around)):
        yield notice(WarningCode.CONNECTION_NEEDED, f"{label}: {detail}")


def _servers(agent: Agent, around: Surroundings) -> Iterator[str]:
    tools: Counter[str] = Counter(dict.fromkeys(agent.mcp_servers, 0))
    for tool in agent.tools:
        server = _server_of(tool, around.servers)
        if server:
            tools[server] += not tool.startswith("sys__")
    for name in list(tools)[:MAX_NAMED]:
        known = around.servers.get(name)
        place = [known.kind, _host(known.address)] if known is not None else []
        told = f" ({', '.join(filter(None, place))})" if any(place) else ""
        many = f", of which it used {_count(tools[name], 'tool')}" if tools[name] else ""
        yield (
            f"the MCP server {_short(name)}{told}{many}. Add it in {_WHERE} and choose it among "
            "the model's tools; what is not reached by streamable HTTP needs a proxy"
        )


def _server_of(tool: str, known: Mapping[str, McpServer]) -> str:
    """The server of a tool ``NAME_mcp_SERVER``; both halves may hold ``_mcp_`` themselves."""
    parts = tool.split(_MCP)[:8]
    halves = [_MCP.join(parts[cut:]) for cut in range(1, len(parts))]
    return next((half for half in halves if half in known), halves[-1] if halves else "")


def _apis(agent: Agent, around: Surroundings) -> Iterator[str]:
    named = {text.rpartition(_ACTION)[2]: None for text in agent.actions if _ACTION in text}
    own = dict.fromkeys(around.actions_of.get(agent.id, ()))
    for key in list(own | named)[:MAX_NAMED]:
        known = around.actions.get(key)
        host = _host(known.domain) if known is not None else ""
        signs_in = known.signs_in_by if known is not None else ""
        told = f" of {host}" if host else f" {_short(key)}"
        how = f" (signed in to by {signs_in})" if signs_in and signs_in != "none" else ""
        yield (
            f"the API{told}{how}. Add its OpenAPI description in {_WHERE} and choose it among the "
            "model's tools"
        )


def _partners(agent: Agent, around: Surroundings) -> Iterator[str]:
    handed = dict.fromkeys([*agent.agent_ids, *_targets(agent.edges)])
    asked = dict.fromkeys(_texts(agent.subagents.get("agent_ids")))
    for what, partners in (("handed work over to", handed), ("had as sub-agents", asked)):
        names = [_short(around.agents.get(one, one)) for one in partners if one != agent.id]
        if names:
            more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
            yield (
                f"it {what} {', '.join(names[:MAX_NAMED])}{more}. Open WebUI's models do not do so "
                "by themselves: mention the other model in the chat"
            )


def _targets(edges: Iterable[Any]) -> Iterator[str]:
    for edge in edges:
        to = edge.get("to") if isinstance(edge, dict) else None
        yield from _texts(to if isinstance(to, list) else [to])


def _texts(value: Any) -> list[str]:  # noqa: ANN401 - whatever a document holds
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _host(address: str) -> str:
    """The host alone: the rest of an address may be a key."""
    found = _HOST.match(address)
    return _short(found[1].rpartition("@")[2]) if found else ""


def _short(text: str) -> str:
    return single_line(text, limit=_MAX_NAME)


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"

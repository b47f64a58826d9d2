"""What agents are connected to, read beside the phases that answer for it."""

from __future__ import annotations

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.library.connections import Surroundings
from migrator_core.librechat.documents.action import ApiAction
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.mcp_server import McpServer
from migrator_core.runs.inputs import Inputs

_MOST = 10_000
"""Of each: nobody has more, and a hostile backup must not fill the memory."""
_NAME = 100


def surroundings(inputs: Inputs, agents: dict[str, str]) -> Surroundings:
    """The APIs and servers of the backup; ``agents`` are names by id."""
    actions: dict[str, ApiAction] = {}
    for action in inputs.readable("actions", ApiAction):
        if len(actions) < _MOST:
            domain, auth = action.domain[:_NAME], {"type": action.signs_in_by}
            actions[action.id] = action.model_copy(
                update={"metadata": {"domain": domain, "auth": auth}}
            )
    servers: dict[str, McpServer] = {}
    for server in inputs.readable("mcpservers", McpServer):
        if len(servers) < _MOST:
            config = {"type": server.kind, "url": server.address[:_NAME]}
            small = server.model_copy(update={"config": config})
            servers |= {name: small for name in (server.name, server.normalised) if name}
    return Surroundings(actions, servers, agents)


def name_of(agent: Agent) -> str:
    """What an agent is called, short."""
    return single_line(agent.name, limit=_NAME) or agent.id[:_NAME]

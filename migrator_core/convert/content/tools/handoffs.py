"""Handoffs: an agent calls the tool ``lc_transfer_to_<agent>`` and the other one goes on.

LibreChat notes neither a result nor progress of them, and shows each one as done.
"""

from __future__ import annotations

from migrator_core.chat_document import StatusLine
from migrator_core.convert.cleaning import single_line
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.ids import model_id

_PREFIX = "lc_transfer_to_"
_MAX_LINE = 300


def is_handoff(tool: str) -> bool:
    """Whether the tool hands over to another agent."""
    return tool.startswith(_PREFIX)


def handoff_status(tool: str, context: PartContext) -> tuple[StatusLine, ...]:
    """A line for ``statusHistory`` that names the agent, and its model's id in Open WebUI."""
    agent = single_line(tool, limit=_MAX_LINE).removeprefix(_PREFIX)
    if not is_handoff(tool) or not agent:
        return ()
    model = model_id(agent) if agent.startswith("agent_") else agent
    name = single_line(context.chat.agents.get(agent), limit=_MAX_LINE)
    told = f"{name} ({model})" if name else model
    return ({"action": "handoff", "description": f"Handed over to {told}", "done": True},)

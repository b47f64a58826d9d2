"""Parts of type ``agent_update``: another agent takes over."""

from __future__ import annotations

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.pieces import Part, Pieces

_MAX_NAME = 300


def convert_agent_update(part: Part, context: PartContext) -> Pieces:
    """The agent's name in a status line, which models are not sent."""
    payload = part.payload if isinstance(part.payload, dict) else {}
    name = _agent_name(payload.get("agentId"), context)
    if not name:
        return convert_unknown(part, context)
    return Pieces(status=({"description": f"Agent: {name}", "done": True},))


def _agent_name(agent_id: object, context: PartContext) -> str:
    if not isinstance(agent_id, str):
        return ""
    known = single_line(context.chat.agents.get(agent_id), limit=_MAX_NAME)
    if known:
        return known
    # An ephemeral agent's id is endpoint__model___label____number.
    bare = agent_id.rsplit("____", 1)[0]
    _, separator, label = bare.rpartition("___")
    return single_line(label if separator and label.strip() else bare, limit=_MAX_NAME)

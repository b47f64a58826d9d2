"""One answer that holds what several models said, as one message for each of them.

From 0.8.2 on, LibreChat keeps parallel answers as one message whose parts carry ``groupId`` and
``agentId`` (``ParallelContent.tsx`` and ``parallelLanes.ts`` of its client, which this follows).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from migrator_core.convert.chats.said import Said
from migrator_core.convert.content.pieces import Part
from migrator_core.convert.model_mapping import parse_ephemeral
from migrator_core.librechat.documents.message import Message
from migrator_core.record import record

FEWEST_AGENTS = 2
"""Agents that a group needs to be shown as columns: a graph of agents marks lone ones, too."""

MOST_AGENTS = 16
"""Columns of one answer. LibreChat compares two models, and each column repeats what was found."""

_COPY = re.compile(r"____\d+$")
_CITED = re.compile("[\ue200-\ue206]|\\\\ue20[0-6]")
_HANDOVER = "agent_update"
_NOBODY: Mapping[str, str] = MappingProxyType({})

_Group = int | float | str


@record
class Column:
    """What one model said; ``agent_id`` is LibreChat's id of it, None where the message says it."""

    said: Said
    agent_id: str | None = None


def split_columns(said: Said, names: Mapping[str, str] = _NOBODY) -> tuple[Column, ...]:
    """The columns of an answer, the primary model's first; an ordinary answer is its own column.

    ``names`` are those of saved agents by LibreChat's id. What was said by all or by nobody in
    particular stays in the first column, and so does everything that belongs to the message as a
    whole.
    """
    groups = _parallel_groups(said.parts)
    if not groups:
        return (Column(said),)
    agents = sorted(
        dict.fromkeys(agent for names in groups.values() for agent in names),
        key=lambda agent: _COPY.search(agent) is not None,
    )[:MOST_AGENTS]
    shares: list[list[Part]] = [[] for _ in agents]
    place = {agent: column for column, agent in enumerate(agents)}
    for part in said.parts:
        group, agent = _group(part), _agent(part)
        shares[place[agent] if group in groups and agent in place else 0].append(part)
    attachments = _attachments_by_column(said.message.attachments, shares)
    spoken = any(_text(part).strip() for part in said.parts)
    return tuple(
        _first(said, share, own, keep_text=not spoken)
        if column == 0
        else _other(said, agents[column], share, own, names)
        for column, (share, own) in enumerate(zip(shares, attachments, strict=True))
    )


def column_ids(message_id: str, count: int, taken: Collection[str]) -> list[str]:
    """Ids for the columns behind the first one, derived from the message's own id."""
    ids = []
    for number in range(1, count):
        column_id = f"{message_id}_{number}"
        while column_id in taken:
            column_id += "_"
        ids.append(column_id)
    return ids


def _parallel_groups(parts: Sequence[Part]) -> dict[_Group, dict[str, None]]:
    """The agents of every group that is a comparison; a marker of a handover counts for nobody."""
    groups: defaultdict[_Group, dict[str, None]] = defaultdict(dict)
    for part in parts:
        group, agent = _group(part), _agent(part)
        if group is None or agent is None:
            continue
        if part.is_typed and part.type != _HANDOVER:
            groups[group][agent] = None
    return {group: agents for group, agents in groups.items() if len(agents) >= FEWEST_AGENTS}


def _group(part: Part) -> _Group | None:
    group = part.fields.get("groupId")
    return group if isinstance(group, int | float | str) else None


def _agent(part: Part) -> str | None:
    agent = part.fields.get("agentId")
    return agent if isinstance(agent, str) and agent.strip() else None


def _attachments_by_column(
    attachments: Sequence[object], shares: Sequence[Sequence[Part]]
) -> list[list[object]]:
    """Each column's tool results: those of its own calls.

    A column that cites gets those of all columns, because LibreChat counts its citations over the
    whole message.
    """
    owner = {
        call: column
        for column, share in enumerate(shares)
        for part in share
        for call in _call(part)
    }
    citing = {column for column, share in enumerate(shares) if _cites(share)}
    own: list[list[object]] = [[] for _ in shares]
    for attachment in attachments:
        call = attachment.get("toolCallId") if isinstance(attachment, dict) else None
        column = owner.get(call, 0) if isinstance(call, str) else 0
        for index in sorted({column, *(citing if _is_search(attachment) else ())}):
            own[index].append(attachment)
    return own


def _call(part: Part) -> tuple[str, ...]:
    call = part.fields.get("tool_call")
    identifier = call.get("id") if isinstance(call, dict) else None
    return (identifier,) if isinstance(identifier, str) else ()


def _is_search(attachment: object) -> bool:
    return isinstance(attachment, dict) and attachment.get("type") in ("web_search", "file_search")


def _cites(share: Sequence[Part]) -> bool:
    return any(_CITED.search(_text(part)) for part in share)


def _text(part: Part) -> str:
    text = part.fields.get("text")
    if isinstance(text, dict):
        text = text.get("value")
    return text if isinstance(text, str) else ""


def _first(said: Said, share: list[Part], attachments: list[object], *, keep_text: bool) -> Column:
    update: dict[str, object] = {"attachments": attachments}
    if not keep_text:  # else an old copy of all the text would stand in for a silent column
        update["text"] = None
    return Column(Said(said.message.model_copy(update=update), said.role, share))


def _other(
    said: Said,
    agent_id: str,
    share: list[Part],
    attachments: list[object],
    names: Mapping[str, str],
) -> Column:
    ephemeral = parse_ephemeral(agent_id)
    base = _COPY.sub("", agent_id)
    own = Message(
        isCreatedByUser=said.message.is_created_by_user,
        sender=ephemeral.label if ephemeral else names.get(base),
        model=(ephemeral.model if ephemeral else None) or base,
        endpoint=ephemeral.endpoint if ephemeral else said.message.endpoint,
        attachments=attachments,
    )
    return Column(Said(own, said.role, share), agent_id)

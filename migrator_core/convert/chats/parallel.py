"""Answers that several models gave to one question, as the columns of Open WebUI.

Open WebUI shows columns where a question's ``models`` has several entries and every answer below
it says in ``modelIdx`` which column is its own (``MultiResponseMessages.svelte``, 0.10 to 0.12).
LibreChat has kept such answers in two ways: until 0.8 as siblings, the second with an id that ends
in ``_``; from 0.8.2 on as one message whose parts carry ``groupId`` and ``agentId``
(``ParallelContent.tsx`` and ``parallelLanes.ts`` of its client, which this follows).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from migrator_core.convert.model_mapping import parse_ephemeral
from migrator_core.librechat.documents.message import Message

FEWEST_AGENTS = 2
"""Agents that a group needs to be shown as columns: a graph of agents marks lone ones, too."""

_COPY = re.compile(r"____\d+$")
_CITED = re.compile("[\ue200-\ue206]|\\\\ue20[0-6]")
_HANDOVER = "agent_update"
_NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Column:
    """What one model said; ``agent_id`` is LibreChat's id of it, None where the message says it."""

    message: Message
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer below a question, by column: ``(message id, model)``; usually there is but one."""

    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A question's ``models``, and the ``modelIdx`` of every answer below it by message id."""

    models: tuple[str, ...]
    places: Mapping[str, int]


def split_columns(message: Message, names: Mapping[str, str] = _NOBODY) -> tuple[Column, ...]:
    """The columns of an answer, the primary model's first; an ordinary answer is its own column.

    ``names`` are those of saved agents by LibreChat's id. What was said by all or by nobody in
    particular stays in the first column, and so does everything that belongs to the message as a
    whole.
    """
    parts = message.content if isinstance(message.content, list) else []
    groups = _parallel_groups(parts)
    if not groups:
        return (Column(message),)
    agents = sorted(
        dict.fromkeys(agent for names in groups.values() for agent in names),
        key=lambda agent: _COPY.search(agent) is not None,
    )
    shares: list[list[object]] = [[] for _ in agents]
    place = {agent: column for column, agent in enumerate(agents)}
    for part in parts:
        group, agent = _group(part), _agent(part)
        shares[place[agent] if group in groups and agent in place else 0].append(part)
    attachments = _attachments_by_column(message.attachments, shares)
    spoken = any(_text(part).strip() for part in parts)
    return tuple(
        _first(message, share, own, keep_text=not spoken)
        if column == 0
        else _other(message, agents[column], share, own, names)
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


def arrange(answers: Sequence[Answer], default: str) -> Arrangement:
    """Columns for the answers of one question, which are given in their order.

    Without parallel answers there is one column, named after the last answer, which is the one
    shown; an answer beside parallel ones joins the column of its model, else the first.
    """
    parallel = [answer for answer in _paired(answers) if len(answer.columns) > 1]
    if not parallel:
        ids = [message_id for answer in answers for message_id, _ in answer.columns]
        last = answers[-1].columns[0][1] if answers else default
        return Arrangement((last,), dict.fromkeys(ids, 0))
    models: dict[int, str] = {}
    places: dict[str, int] = {}
    for answer in parallel:
        for column, (message_id, model) in enumerate(answer.columns):
            models[column] = model
            places[message_id] = column
    columns = tuple(model for _, model in sorted(models.items()))
    for answer in answers:
        for message_id, model in answer.columns:
            places.setdefault(message_id, columns.index(model) if model in columns else 0)
    return Arrangement(columns, places)


def _paired(answers: Sequence[Answer]) -> list[Answer]:
    """The answers, those that LibreChat before 0.8 kept as a pair of siblings joined.

    The one that finished first stands first, whichever it is.
    """
    single = [answer.columns[0] for answer in answers if len(answer.columns) == 1]
    firsts: list[tuple[str, str]] = []
    seconds: list[tuple[str, str]] = []
    joined = [answer for answer in answers if len(answer.columns) > 1]
    for column in single:
        is_second = column[0].endswith("_") and column[0].strip("_") != ""
        waiting, own = (firsts, seconds) if is_second else (seconds, firsts)
        # Regenerated by the same model it is a second try, not a comparison.
        if waiting and waiting[-1][1] != column[1]:
            partner = waiting.pop()
            joined.append(Answer((partner, column) if is_second else (column, partner)))
        else:
            own.append(column)
    return joined


def _parallel_groups(parts: Sequence[object]) -> dict[int | float | str, dict[str, None]]:
    """The agents of every group that is a comparison; a marker of a handover counts for nobody."""
    groups: defaultdict[int | float | str, dict[str, None]] = defaultdict(dict)
    for part in parts:
        group, agent = _group(part), _agent(part)
        if group is None or agent is None or not isinstance(part, dict):
            continue
        if part.get("type") not in (None, "", _HANDOVER):
            groups[group][agent] = None
    return {group: agents for group, agents in groups.items() if len(agents) >= FEWEST_AGENTS}


def _group(part: object) -> int | float | str | None:
    group = part.get("groupId") if isinstance(part, dict) else None
    return group if isinstance(group, int | float | str) else None


def _agent(part: object) -> str | None:
    agent = part.get("agentId") if isinstance(part, dict) else None
    return agent if isinstance(agent, str) and agent.strip() else None


def _attachments_by_column(
    attachments: Sequence[object], shares: Sequence[Sequence[object]]
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
    own: list[list[object]] = [[] for _ in shares]
    for attachment in attachments:
        call = attachment.get("toolCallId") if isinstance(attachment, dict) else None
        column = owner.get(call, 0) if isinstance(call, str) else 0
        for index, share in enumerate(own):
            if index == column or (_is_search(attachment) and _cites(shares[index])):
                share.append(attachment)
    return own


def _call(part: object) -> tuple[str, ...]:
    call = part.get("tool_call") if isinstance(part, dict) else None
    identifier = call.get("id") if isinstance(call, dict) else None
    return (identifier,) if isinstance(identifier, str) else ()


def _is_search(attachment: object) -> bool:
    return isinstance(attachment, dict) and attachment.get("type") in ("web_search", "file_search")


def _cites(share: Sequence[object]) -> bool:
    return any(_CITED.search(_text(part)) for part in share)


def _text(part: object) -> str:
    text = part.get("text") if isinstance(part, dict) else None
    if isinstance(text, dict):
        text = text.get("value")
    return text if isinstance(text, str) else ""


def _first(
    message: Message, share: list[object], attachments: list[object], *, keep_text: bool
) -> Column:
    update: dict[str, object] = {"content": share, "attachments": attachments}
    if not keep_text:  # else an old copy of all the text would stand in for a silent column
        update["text"] = None
    return Column(message.model_copy(update=update))


def _other(
    message: Message,
    agent_id: str,
    share: list[object],
    attachments: list[object],
    names: Mapping[str, str],
) -> Column:
    ephemeral = parse_ephemeral(agent_id)
    base = _COPY.sub("", agent_id)
    said = Message(
        isCreatedByUser=message.is_created_by_user,
        sender=ephemeral.label if ephemeral else names.get(base),
        model=(ephemeral.model if ephemeral else None) or base,
        endpoint=ephemeral.endpoint if ephemeral else message.endpoint,
        content=share,
        attachments=attachments,
    )
    return Column(said, agent_id)

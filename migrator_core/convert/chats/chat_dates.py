"""When a chat and its messages were written, in seconds, where the source says so or not.

Imports of LibreChat before 0.8.2 have no dates at all, and hand-made rows have impossible ones.
A message without a date takes that of a neighbour in the tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from migrator_core.convert.chats.message_ids import NamedMessage
from migrator_core.convert.chats.tree import RepairedTree, ancestors_first
from migrator_core.convert.dates import object_id_seconds, seconds
from migrator_core.librechat.documents.conversation import Conversation


@dataclass(frozen=True, slots=True)
class ChatDates:
    """All in seconds. ``repaired`` counts the dates (messages' and chat's) that were made up."""

    created: int
    updated: int
    messages: Mapping[str, int]
    repaired: int


def chat_dates(
    conversation: Conversation, named: Sequence[NamedMessage], tree: RepairedTree, fallback: int
) -> ChatDates:
    """The dates of a chat; ``fallback`` is the run's start in seconds."""
    own = {
        entry.node.id: date for entry in named if (date := _own_date(entry, fallback)) is not None
    }
    given = seconds(conversation.created_at, fallback)
    created = _first(
        given,
        min(own.values(), default=None),
        object_id_seconds(conversation.document_id, fallback),
        fallback,
    )
    updated = _first(
        seconds(conversation.updated_at, fallback), max(own.values(), default=None), created
    )
    dates = _fill_gaps(own, named, tree, created, fallback)
    return ChatDates(
        created=created,
        updated=max(created, updated),
        messages=dates,
        repaired=len(dates) - len(own) + (given is None),
    )


def _own_date(entry: NamedMessage, fallback: int) -> int | None:
    created = seconds(entry.message.created_at, fallback)
    return created if created is not None else seconds(entry.message.updated_at, fallback)


def _fill_gaps(
    own: Mapping[str, int],
    named: Sequence[NamedMessage],
    tree: RepairedTree,
    created: int,
    fallback: int,
) -> dict[str, int]:
    """Own date, else the nearest ancestor's, else the earliest below, else that of the ``_id``."""
    downwards = ancestors_first(tree)
    earliest_below: dict[str, int] = {}
    for node_id in reversed(downwards):
        below = [
            earliest_below[child] for child in tree.children[node_id] if child in earliest_below
        ]
        known = [own[node_id]] if node_id in own else below
        if known:
            earliest_below[node_id] = min(known)
    made = {
        entry.node.id: object_id_seconds(entry.message.document_id, fallback) for entry in named
    }
    dates: dict[str, int] = {}
    for node_id in downwards:
        parent = tree.parents[node_id]
        above = dates[parent] if parent is not None else None
        dates[node_id] = _first(
            own.get(node_id), above, earliest_below.get(node_id), made[node_id], created
        )
    return dates


def _first(*candidates: int | None) -> int:
    return next(candidate for candidate in candidates if candidate is not None)

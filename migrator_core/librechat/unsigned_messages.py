"""Whose messages without a user are, in a conversation whose id several people have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple


class Signed(NamedTuple):
    """A message: its id, what it follows, and whose it is, None where it does not say."""

    message_id: Any
    parent_id: Any
    user: bytes | None


def owners(messages: Sequence[Signed]) -> list[bytes | None]:
    """The owner of each message: its own user, else that of what it follows, if only one's."""
    by_id: defaultdict[str, list[int]] = defaultdict(list)
    for place, message in enumerate(messages):
        if isinstance(message.message_id, str):
            by_id[message.message_id].append(place)
    found = [message.user for message in messages]
    done = [message.user is not None for message in messages]
    for first in range(len(messages)):
        way: list[int] = []
        step: int | None = first
        while step is not None and not done[step]:
            done[step] = True  # a circle ends here, with nobody
            way.append(step)
            step = _followed(messages, messages[step], by_id)
        owner = found[step] if step is not None else None
        for place in way:
            found[place] = owner
    return found


def _followed(
    messages: Sequence[Signed], message: Signed, by_id: dict[str, list[int]]
) -> int | None:
    parent = message.parent_id
    candidates = by_id.get(parent, []) if isinstance(parent, str) else []
    whose = {messages[place].user for place in candidates}
    if len(whose) != 1 or (len(candidates) > 1 and None in whose):
        return None
    return candidates[0]

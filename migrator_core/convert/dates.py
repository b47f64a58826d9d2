"""From LibreChat's milliseconds to Open WebUI's seconds, within bounds that make sense."""

from __future__ import annotations

import re
from dataclasses import dataclass

EARLIEST = 946_684_800
"""2000-01-01 in seconds: earlier dates are placeholders such as epoch 0."""

DAY = 86_400

_OBJECT_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Dates:
    """When a row was created and last changed, in seconds; ``repaired`` if the source lacked it."""

    created: int
    updated: int
    repaired: bool


def seconds(millis: int | None, fallback: int) -> int | None:
    """``millis`` in seconds, or None where it is missing or impossible.

    ``fallback`` is the run's start in seconds; up to a day after it counts as possible, for clocks
    and time zones that disagree.
    """
    if millis is None:
        return None
    result = millis // 1000
    return result if EARLIEST <= result <= fallback + DAY else None


def object_id_seconds(source_id: str | None, fallback: int) -> int | None:
    """When an ObjectId was made, in seconds: its first four bytes (BSON specification)."""
    if source_id is None or not _OBJECT_ID.fullmatch(source_id):
        return None
    return seconds(int(source_id[:8], 16) * 1000, fallback)


def row_dates(
    created: int | None, updated: int | None, source_id: str | None, fallback: int
) -> Dates:
    """The dates of a row.

    Where ``created`` is unusable, the nearest evidence counts instead: the document's ObjectId, its
    last change, at last ``fallback``. Never updated before created.
    """
    good_created = seconds(created, fallback)
    good_updated = seconds(updated, fallback)
    made = good_created
    if made is None:
        made = object_id_seconds(source_id, fallback)
    if made is None:
        made = good_updated if good_updated is not None else fallback
    changed = made if good_updated is None else max(good_updated, made)
    return Dates(created=made, updated=changed, repaired=good_created is None)

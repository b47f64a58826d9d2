"""Whom LibreChat does not let in."""

from __future__ import annotations

from collections.abc import Iterable

from migrator_core.librechat.documents.dates import read_millis
from migrator_core.librechat.documents.log_entry import LogEntry
from migrator_core.librechat.values import normalise_id

_NAMESPACES = frozenset({"BANS", "ban"})
"""Of the bans, and of what the server remembers of them (LibreChat 0.7 to 0.8,
``api/cache/getLogStores.js``, ``api/server/middleware/checkBan.js``)."""


def banned_users(entries: Iterable[LogEntry], now: int) -> frozenset[str]:
    """The ids of users who are banned at ``now``, in milliseconds.

    Addresses of machines are banned the same way; as no user has such an id, they do no harm. A ban
    that names no end has none.
    """
    found = set()
    for entry in entries:
        namespace, _, whom = (entry.key or "").partition(":")
        user = normalise_id(whom.rpartition(":")[2])
        if namespace in _NAMESPACES and user is not None and not _is_over(entry, now):
            found.add(user)
    return frozenset(found)


def _is_over(entry: LogEntry, now: int) -> bool:
    noted = entry.value.get("value")
    ends = [
        entry.expires_at,
        read_millis(entry.value.get("expires")),
        read_millis(noted.get("expiresAt")) if isinstance(noted, dict) else None,
    ]
    known = [end for end in ends if end is not None]
    return bool(known) and max(known) <= now

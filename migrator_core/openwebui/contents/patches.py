"""How a value was before a change, as little of it as possible: what it takes to put it back.

A patch is a JSON object. ``was`` is the value before (none: there was nothing), ``now`` the digest
of the value after (none: there is nothing); ``in`` holds the patches of a dictionary's keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from migrator_core.openwebui.contents.digests import digest

Patch: TypeAlias = dict[str, Any]

QUIET = frozenset({"updated_at", "last_read_at", "last_active_at"})
"""Columns that change by looking at something, or along with whatever else does."""


def patch_of(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Patch | None:
    """What leads from a row (or a dictionary) back to the one before; None where both are equal."""
    if before is None or after is None:
        if before is None and after is None:
            return None
        return {"now": row_digest(after)} if after is not None else {"was": before}
    inside = dict(_inside(before, after))
    return {"in": inside} if inside else None


def row_digest(row: Mapping[str, Any]) -> str:
    """The digest of a whole row."""
    return digest({name: value for name, value in row.items() if name not in QUIET})


def _inside(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Patch]]:
    for key in dict.fromkeys((*before, *after)):
        if key not in after:
            yield key, {"was": before[key]}
        elif key not in before:
            yield key, {"now": digest(after[key])}
        elif before[key] != after[key]:
            was, now = before[key], after[key]
            if isinstance(was, dict) and isinstance(now, dict):
                yield key, {"in": dict(_inside(was, now))}
            else:
                yield key, {"was": was, "now": digest(now)}

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


class TouchedError(Exception):
    """Somebody has changed since what a patch would put back; its text names the place."""


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


def put_back(now: Mapping[str, Any], patch: Patch) -> dict[str, Any]:
    """A row, or a dictionary, as it was before.

    Raises:
        TouchedError: a part of it is not as the change left it.
    """
    return _put_back(now, patch, ())


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


def _put_back(now: Mapping[str, Any], patch: Patch, path: tuple[str, ...]) -> dict[str, Any]:
    result = dict(now)
    for key, each in patch["in"].items():
        place = (*path, key)
        if "in" in each:
            inner = now.get(key)
            if not isinstance(inner, dict):
                raise TouchedError("/".join(place))
            result[key] = _put_back(inner, each, place)
            continue
        untouched = (digest(now[key]) if key in now else None) == each.get("now")
        if not untouched and not (not path and key in QUIET):
            raise TouchedError("/".join(place))
        if not untouched:
            continue
        if "was" in each:
            result[key] = each["was"]
        else:
            result.pop(key, None)
    return result

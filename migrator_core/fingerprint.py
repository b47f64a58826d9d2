"""What a row contains, as one short value."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from typing import Any

import orjson

from migrator_core.rows import Row

_AT_ONCE = 1_000_000
"""Characters; a row may have many millions, which are not to lie in memory once more."""

_SECOND = "2:"
"""Begins a fingerprint of now; those of before have nothing in front."""

_LATER = frozenset({"earlier"})
"""Fields that rows have got since the fingerprints of :func:`_first`."""

_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS


def fingerprint(row: Row) -> str:
    """SHA-256 (hex) of the row's content as canonical JSON: sorted keys, no spaces, UTF-8.

    Equal rows have equal fingerprints on every machine and Python version; a verify compares them
    to tell what has changed.
    """
    content = [type(row).__name__, _members(row)]
    try:
        text = orjson.dumps(content, default=_members, option=_SORTED)
    except TypeError:  # half of a surrogate pair, or a number that no database takes
        return _SECOND + _first(row)
    return _SECOND + hashlib.sha256(text).hexdigest()


def is_of(known: str, row: Row, now: str) -> bool:
    """Whether a fingerprint that a ledger knows is this row's, whose own one is ``now``."""
    return known == now or (not known.startswith(_SECOND) and known == _first(row))


def _first(row: Row) -> str:
    """The fingerprint of earlier versions: SHA-256 of canonical JSON in ASCII.

    They did not know of some fields, which counts for nothing where these hold nothing.
    """
    members = _members(row)
    known = {name: value for name, value in members.items() if name not in _LATER or value}
    content = [type(row).__name__, known]
    text = json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_members
    )
    digest = hashlib.sha256()
    for start in range(0, len(text), _AT_ONCE):
        digest.update(text[start : start + _AT_ONCE].encode("ascii"))
    return digest.hexdigest()


def _members(value: object) -> dict[str, Any]:
    """A dataclass as a JSON object, not copied any deeper: a chat may hold many megabytes."""
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{type(value).__name__} is nothing that a row may hold")
    return {field.name: getattr(value, field.name) for field in fields(value)}

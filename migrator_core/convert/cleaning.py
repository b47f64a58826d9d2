"""Strings and JSON values that every database behind Open WebUI stores.

PostgreSQL refuses U+0000 in text and trips over it in JSON; a lone surrogate cannot be encoded as
UTF-8 at all; Open WebUI's JSON codec (orjson) refuses integers beyond 64 bits.
"""

from __future__ import annotations

import base64
import math
import re
from typing import Any

# ruff: noqa: ANN401 - JSON values of any shape go in and out

MAX_DEPTH = 100
"""How deep a JSON value may nest. orjson stops at 254 levels; a row adds some of its own."""

TOO_DEEP = "[nested too deeply]"
"""Stands where a value deeper than :data:`MAX_DEPTH` was cut off."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters that are no white space, direction overrides, and what cannot be stored."""

_MOST_UNDERSCORES = 10
_INT64 = 2**63


def clean_text(text: str) -> str:
    """Remove NUL and lone surrogates; every other character stays as it is."""
    # A text may have megabytes, and a pattern would look at each character by itself.
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "ignore").decode()
    return text


def clean_json(value: Any, *, max_depth: int = MAX_DEPTH) -> Any:
    """A copy of ``value`` that any JSON column stores.

    Strings and keys lose what :func:`clean_text` removes, bytes become Base64 text, NaN and
    infinity become null, integers beyond 64 bits become text, keys become strings (a key that
    collides after cleaning gets underscores, at last a number), and what nests deeper than
    ``max_depth`` becomes :data:`TOO_DEEP`.
    """
    if isinstance(value, dict | list | tuple | set | frozenset):
        if max_depth <= 0:
            return TOO_DEEP
        if isinstance(value, dict):
            return _clean_dict(value, max_depth)
        return [
            clean_text(item) if type(item) is str else clean_json(item, max_depth=max_depth - 1)
            for item in value
        ]
    return _clean_scalar(value)


def _clean_dict(value: dict[Any, Any], max_depth: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    collisions: dict[str, int] = {}
    for raw_key, item in value.items():
        key = clean_text(raw_key) if isinstance(raw_key, str) else str(_clean_scalar(raw_key))
        if key in result:
            key = _free_key(key, result, collisions)
        # Nearly all that there is are texts: no need to ask what else one might be.
        result[key] = (
            clean_text(item) if type(item) is str else clean_json(item, max_depth=max_depth - 1)
        )
    return result


def _free_key(key: str, taken: dict[str, Any], collisions: dict[str, int]) -> str:
    free = key
    while free in taken:
        collisions[key] = collisions.get(key, 0) + 1
        number = collisions[key]
        free = key + "_" * number if number <= _MOST_UNDERSCORES else f"{key}_{number}"
    return free


def _clean_scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return clean_text(str(value))
    if isinstance(value, int):
        return _clean_integer(int(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    return clean_text(str(value))


def _clean_integer(value: int) -> int | str | None:
    if -_INT64 <= value < _INT64:
        return value
    try:
        return str(value)
    except ValueError:  # more digits than Python converts (sys.set_int_max_str_digits)
        return None


def rough_size(value: object) -> int:
    """Characters of all texts in a JSON value, and a few for everything else."""
    if isinstance(value, str):
        return len(value)
    total = 0
    waiting = [value]
    while waiting:
        item = waiting.pop()
        total += len(item) + 10 if isinstance(item, str) else 10
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return total


def single_line(text: str | None, *, limit: int) -> str:
    """``text`` for a name or label: clean, one line, no control characters, at most ``limit``.

    Direction overrides (U+202A to U+202E, U+2066 to U+2069) go as well: in a list of names they
    would reorder what others wrote. ``limit`` counts code points.
    """
    if not text:
        return ""
    if len(text) <= limit and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")  # nearly every name
    return " ".join(_INVISIBLE.sub("", text).split())[:limit].rstrip()


def cut_bytes(text: str, limit: int) -> str:
    """The longest beginning of ``text`` that has at most ``limit`` bytes in UTF-8."""
    encoded = text.encode("utf-8")
    return text if len(encoded) <= limit else encoded[:limit].decode("utf-8", errors="ignore")

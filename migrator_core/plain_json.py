"""JSON between this tool's own hands: notes on disk, and reports."""

from __future__ import annotations

import json
from typing import Any

import orjson


def to_json(value: Any) -> bytes:  # noqa: ANN401 - whatever JSON has
    """One line of UTF-8 without its end; halves of surrogate pairs are escaped."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # half of a pair, or an integer of more than 64 bits
        return json.dumps(value).encode()


def from_json(line: bytes) -> Any:  # noqa: ANN401 - whatever JSON has
    """What :func:`to_json` wrote."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return json.loads(line)

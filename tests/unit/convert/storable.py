"""What every row must be, whatever the document was: acceptable to any database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import orjson

from migrator_core.fingerprint import fingerprint
from migrator_core.rows import Row


def assert_storable(row: Row) -> None:
    """No NUL, no lone surrogate, plain JSON in 64 bits, and a fingerprint."""
    data = asdict(row)
    orjson.dumps(data)
    for text in texts(data):
        assert "\x00" not in text
        text.encode("utf-8")
    assert len(fingerprint(row)) == 66


def texts(value: Any) -> Iterator[str]:
    """Every string in ``value``, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)

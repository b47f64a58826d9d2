"""Values on their way into a query: those that a driver takes, and not too many at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

V = TypeVar("V")

_SURROGATE = re.compile("[\ud800-\udfff]")
_AT_ONCE = 500
"""Values in one IN list; every database takes so many parameters."""


def in_portions(values: Sequence[V], size: int = _AT_ONCE) -> Iterator[Sequence[V]]:
    """The values, so many at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def askable(texts: Iterable[str]) -> list[str]:
    """The texts that drivers take as parameters; no row can have one of the others."""
    return [text for text in texts if "\x00" not in text and not _SURROGATE.search(text)]

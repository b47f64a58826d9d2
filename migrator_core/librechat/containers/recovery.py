"""Finding the next whole document behind damage, in formats without lines to cling to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from migrator_core.librechat.collection import UndecodableError
from migrator_core.librechat.limits import MIB

_OVERLAP = 64
_BRACKET = 100
"""Bytes that looking at a bracket counts for: what is deeply nested takes its time."""


class Likeness:
    """Tells a document of the collection from a sub-document that has an ``_id`` as well.

    A sub-document (``feedback``, ``files[]``) shares few keys with the collection's documents.
    """

    def __init__(self) -> None:
        self._keys: frozenset[str] = frozenset()

    def learn(self, document: dict[str, Any]) -> None:
        """Take the first good document of the collection as the pattern."""
        if not self._keys:
            self._keys = frozenset(document)

    @property
    def known(self) -> bool:
        """Whether there is a pattern yet."""
        return bool(self._keys)

    def accepts(self, document: dict[str, Any]) -> bool:
        """Whether this looks like a whole document of the collection."""
        if not self._keys:
            return len(document) >= 3
        return 2 * len(self._keys & document.keys()) >= len(self._keys)


class Budget:
    """Bounds the bytes read for recovery, so that crafted damage costs no quadratic time."""

    def __init__(self, size: int) -> None:
        self._left = size + 64 * MIB

    def spend(self, count: int) -> bool:
        """Take ``count`` bytes; False when the budget is used up."""
        self._left -= count
        return self._left >= 0


def occurrences(file: BinaryIO, start: int, end: int, pattern: re.Pattern[bytes]) -> Iterator[int]:
    """Offsets in ``[start, end)`` where ``pattern`` matches, read block-wise.

    A match is at most 64 bytes long. The file may be moved between two results.
    """
    offset = start
    while offset < end:
        file.seek(offset)
        block = file.read(min(MIB, end - offset))
        if not block:
            return
        last = offset + len(block) >= end
        for match in pattern.finditer(block):
            if last or match.start() < len(block) - _OVERLAP:
                yield offset + match.start()
        offset += len(block) if last else max(1, len(block) - _OVERLAP)


def first_whole(
    places: Iterator[int],
    read: Callable[[int], tuple[bytes | None, int]],
    decode: Callable[[bytes], dict[str, Any]],
    likeness: Likeness,
    budget: Budget,
) -> int | None:
    """The first of ``places`` where a whole, likely document begins, or None.

    ``read`` gives the bytes of a document that begins at a place, if one does, and how many bytes
    it had to look at.
    """
    for place in places:
        raw, cost = read(place)
        brackets = 0 if raw is None else raw.count(b"{") + raw.count(b"[")
        if not budget.spend(cost + brackets * _BRACKET):
            return None
        if raw is None:
            continue
        try:
            document = decode(raw)
        except UndecodableError:
            continue
        if likeness.accepts(document):
            return place
    return None

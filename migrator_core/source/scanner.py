"""Cuts a stream of JSON objects (an array, or objects behind each other) into one object at a time.

Memory is bounded by the largest object allowed, however long the file or a line of it is. Only
brackets and strings are looked at: whether a slice is valid JSON is for the decoder to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO, Final

from migrator_core.source.limits import MIB

# Everything up to and including the next bracket outside a string. Possessive, so that a huge
# text costs neither backtracking nor memory.
_TO_BRACKET: Final = re.compile(
    rb'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+([{}\[\]])', re.DOTALL
)
_BETWEEN: Final = b" \t\r\n,[]\xef\xbb\xbf\x1e"
_OPENING: Final = b"{["


@dataclass(frozen=True, slots=True)
class Slice:
    """The bytes of one object, or what is wrong: ``data`` is None then.

    ``end`` is the offset behind it (bytes); ``whole`` is False when its end was not found.
    """

    offset: int
    end: int
    data: bytes | None
    problem: str | None = None
    whole: bool = True


class JsonScanner:
    """Reads objects from a seekable file, from any offset."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self._file = file
        self._limit = limit
        self._base = 0
        self._buffer = b""
        self._ended = False

    def seek(self, offset: int) -> None:
        """Go on at this offset of the file."""
        self._file.seek(offset)
        self._base = offset
        self._buffer = b""
        self._ended = False

    def next(self, *, limit: int | None = None) -> Slice | None:
        """The next object, or None at the end of the file."""
        garbage = self._skip_to_object()
        if garbage is not None:
            return garbage
        if not self._buffer:
            return None
        return self._object(min(limit or self._limit, self._limit))

    def _more(self) -> bool:
        """Read on; at least doubles the buffer, so that a long object is scanned O(n) times."""
        block = self._file.read(max(MIB, len(self._buffer)))
        self._ended = not block
        self._buffer += block
        return not self._ended

    def _drop(self, count: int) -> None:
        self._buffer = self._buffer[count:]
        self._base += count

    def _skip_to_object(self) -> Slice | None:
        """Move to the next opening brace; text that is no separator is a slice of its own."""
        while True:
            rest = self._buffer.lstrip(_BETWEEN)
            self._drop(len(self._buffer) - len(rest))
            if rest.startswith(b"{"):
                return None
            if rest:
                return self._garbage()
            if not self._more():
                return None

    def _garbage(self) -> Slice:
        start = self._base
        while True:
            brace = self._buffer.find(b"{")
            if brace >= 0:
                self._drop(brace)
                break
            self._drop(len(self._buffer))
            if not self._more():
                break
        return Slice(start, self._base, None, "there is text between documents that is none")

    def _object(self, limit: int) -> Slice:
        position, depth = 0, 0
        while True:
            match = _TO_BRACKET.match(self._buffer, position)
            if match is None:
                if len(self._buffer) > limit or not self._more():
                    return self._unfinished(limit)
                continue
            position = match.end()
            depth += 1 if match.group(1) in _OPENING else -1
            if depth == 0:
                return self._finished(position, limit)

    def _finished(self, length: int, limit: int) -> Slice:
        start = self._base
        data = self._buffer[:length] if length <= limit else None
        self._drop(length)
        problem = None if data is not None else _too_large(limit)
        return Slice(start, start + length, data, problem)

    def _unfinished(self, limit: int) -> Slice:
        problem = "the file ends in the middle of it" if self._ended else _too_large(limit)
        start, end = self._base, self._base + len(self._buffer)
        self._drop(len(self._buffer))
        return Slice(start, end, None, problem, whole=False)


def _too_large(limit: int) -> str:
    return f"it is larger than {limit // MIB} MiB, or its end is damaged"

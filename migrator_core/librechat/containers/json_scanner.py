"""Cuts a stream of JSON objects (an array, or objects behind each other) into one object at a time.

Memory is bounded by the largest object allowed, however long the file or a line of it is. Only
brackets and strings are looked at: whether a slice is valid JSON is for the decoder to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO, Final

from migrator_core.librechat.limits import MIB

# Everything up to and including the next bracket outside a string. Possessive, so that a huge
# text costs neither backtracking nor memory.
_TO_BRACKET: Final = re.compile(
    rb'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+([{}\[\]])', re.DOTALL
)
_BETWEEN: Final = re.compile(rb"[ \t\r\n,\[\]\xef\xbb\xbf\x1e]*")
_MAX_DEPTH: Final = 200_000  # far beyond any document; a file of braces must not cost minutes
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
    """Reads objects from a seekable file, from any offset.

    ``open_arrays`` says how many brackets between the objects were opened more than closed.
    """

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self.open_arrays = 0
        self._file = file
        self.limit = limit
        self._start_at(0)

    def _start_at(self, offset: int) -> None:
        self._base = offset  # of the buffer's first byte in the file
        self._buffer = b""
        self._at = 0  # what lies before it in the buffer is done with
        self._ended = False

    def seek(self, offset: int) -> None:
        """Go on at this offset of the file."""
        self._file.seek(offset)
        self._start_at(offset)

    def next(self) -> Slice | None:
        """The next object, or None at the end of the file."""
        while True:
            self._pass_over()
            if self._buffer[self._at : self._at + 1] == b"{":
                return self._object()
            if self._at < len(self._buffer):
                return self._garbage()
            if not self._more():
                return None

    def _pass_over(self) -> None:
        start = self._at
        self._at = _BETWEEN.match(self._buffer, start).end()  # type: ignore[union-attr]  # it matches nothing, too
        self.open_arrays += self._buffer.count(b"[", start, self._at)
        self.open_arrays -= self._buffer.count(b"]", start, self._at)

    def _more(self) -> bool:
        """Read on. What is kept doubles, so a long object is scanned O(log n) times."""
        kept = self._buffer[self._at :]
        self._base += self._at
        self._at = 0
        block = self._file.read(max(MIB, len(kept)))
        self._ended = not block
        self._buffer = kept + block
        return not self._ended

    def _garbage(self) -> Slice:
        start = self._base + self._at
        while True:
            brace = self._buffer.find(b"{", self._at)
            self._at = brace if brace >= 0 else len(self._buffer)
            if brace >= 0 or not self._more():
                break
        end = self._base + self._at
        return Slice(start, end, None, "there is text between documents that is none")

    def _object(self) -> Slice:
        done, depth = 0, 0  # bytes of the object that are scanned
        while True:
            match = _TO_BRACKET.match(self._buffer, self._at + done)
            if match is None:
                if len(self._buffer) - self._at > self.limit or not self._more():
                    return self._unfinished(self._why())
                continue
            done = match.end() - self._at
            depth += 1 if match.group(1) in _OPENING else -1
            if depth == 0:
                return self._finished(done)
            if depth > _MAX_DEPTH:
                return self._unfinished("it is nested too deeply to find its end")

    def _finished(self, length: int) -> Slice:
        start = self._base + self._at
        fits = length <= self.limit
        data = self._buffer[self._at : self._at + length] if fits else None
        self._at += length
        return Slice(start, start + length, data, None if fits else _too_large(self.limit))

    def _unfinished(self, problem: str) -> Slice:
        start, end = self._base + self._at, self._base + len(self._buffer)
        self._at = len(self._buffer)
        return Slice(start, end, None, problem, whole=False)

    def _why(self) -> str:
        return "the file ends in the middle of it" if self._ended else _too_large(self.limit)


def _too_large(limit: int) -> str:
    return f"it is larger than {limit // MIB} MiB, or its end is damaged"

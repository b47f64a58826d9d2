"""A Markdown text as it is being written, with its open brackets."""

from __future__ import annotations

import re

_BRACKET = re.compile(r"[\[\]]")
_WITHIN_REACH = 4000


class BracketedText:
    """Grows at its end and knows which ``[`` is still open, however long it has become."""

    __slots__ = ("_chunks", "_length", "_open")

    def __init__(self) -> None:
        self._chunks: list[str] = []
        self._length = 0
        self._open: list[int] = []

    def __str__(self) -> str:
        """The whole text."""
        return "".join(self._chunks)

    def add(self, text: str) -> None:
        """Go on with ``text``."""
        for bracket in _BRACKET.finditer(text):
            if bracket[0] == "[":
                self._open.append(self._length + bracket.start())
            elif self._open:
                self._open.pop()
        # In two chunks, because what is taken back is at the end, and the rest is not copied then.
        self._chunks += (text[:-_WITHIN_REACH], text[-_WITHIN_REACH:])
        self._length += len(text)

    def take_label(self, longest: int) -> str | None:
        """Take back the text from the last open bracket on, and give it without the bracket.

        None where no bracket is open, or the label would be longer than ``longest``.
        """
        if not self._open or self._length - self._open[-1] > longest:
            return None
        return self._cut(self._open.pop())[1:]

    def drop(self, ending: str) -> bool:
        """Take back ``ending``, a single character that is no bracket, if it is the last one."""
        while self._chunks and not self._chunks[-1]:
            self._chunks.pop()
        if not self._chunks or not self._chunks[-1].endswith(ending):
            return False
        self._cut(self._length - 1)
        return True

    def _cut(self, place: int) -> str:
        cut: list[str] = []
        while self._length > place:
            chunk = self._chunks.pop()
            self._length -= len(chunk)
            keep = max(place - self._length, 0)
            cut.append(chunk[keep:])
            if keep:
                self._chunks.append(chunk[:keep])
                self._length += keep
        return "".join(reversed(cut))

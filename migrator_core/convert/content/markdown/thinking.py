"""Where an answer's text tells what the model thought: ``<think>`` and ``:::thinking``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from migrator_core.convert.content.markdown.code import Fences, Line, Lines, fence_in

_OPENING = re.compile(r"<think>|^[ \t]*:::thinking(?=[ \t]*\r?$)", re.MULTILINE)
_EVENT = re.compile(r"<think>|:::thinking|`{3}|~{3}")
_END = "</think>"
_CONTAINER_END = re.compile(r"^[ \t]*:{3,}[ \t]*\r?$", re.MULTILINE)


class _Block(NamedTuple):
    """Where a block starts, where its inside starts and ends, and where it ends."""

    start: int
    inside: int
    close: int
    end: int


def split_reasoning(text: str) -> list[tuple[str, bool]]:
    """An answer in pieces, each with whether it is reasoning.

    Reasoning stands between ``<think>`` and ``</think>`` (models that people host themselves) or
    in a ``:::thinking`` container (LibreChat 0.7.6). An answer that was cut off may lack the end,
    which counts only where the text begins with it. Tags that a text merely mentions, in code or
    within a line, are text.
    """
    if "<think>" not in text and ":::thinking" not in text:
        return [(text, False)]
    finder = _Finder(text)
    pieces: list[tuple[str, bool]] = []
    done = position = 0
    fences, lines = Fences(), Lines(text)
    while (event := _EVENT.search(text, position)) is not None:
        line = lines.at(event.start(), position)
        block = None if fences.run else finder.block(line)
        if block is None:
            fences.feed(fence_in(text, line))
            position = line.end
            continue
        pieces += [(text[done : block.start], False), (text[block.inside : block.close], True)]
        done = position = block.end
    pieces.append((text[done:], False))
    return _tidied(pieces)


@dataclass(slots=True)
class _Finder:
    """Finds blocks from the beginning of a text to its end, and looks for each end once."""

    text: str
    _unclosed: set[bool] = field(default_factory=set)
    _tag_end: int = -1
    _begin: int = field(init=False)

    def __post_init__(self) -> None:
        self._begin = len(self.text) - len(self.text.lstrip())

    def block(self, line: Line) -> _Block | None:
        """The block that opens in a line."""
        text = self.text
        opening = _OPENING.search(text, line.start, line.end)
        if opening is None or text.count("`", line.start, opening.start()) % 2:
            return None
        container = opening[0] != "<think>"
        begins_line = not text[line.start : opening.start()].strip()
        if container and not begins_line:
            return None
        closing = self._closing(opening.end(), container=container)
        if closing is None:
            begins_text = opening.start() <= self._begin < opening.end()
            return _Block(opening.start(), opening.end(), *[len(text)] * 2) if begins_text else None
        close, after = closing
        if not begins_line and after <= line.end and text[after : line.end].strip():
            return None  # a sentence about the tags
        return _Block(opening.start(), opening.end(), close, after)

    def _closing(self, position: int, *, container: bool) -> tuple[int, int] | None:
        if container in self._unclosed:
            return None
        if container:
            line = _CONTAINER_END.search(self.text, position)
            found = line.span() if line is not None else None
        else:
            if self._tag_end < position:
                self._tag_end = self.text.find(_END, position)
            found = (self._tag_end, self._tag_end + len(_END)) if self._tag_end >= 0 else None
        if found is None:
            self._unclosed.add(container)
        return found


def _tidied(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Without blank pieces, and without the blank lines that only set reasoning apart."""
    last = len(pieces) - 1
    result = []
    for place, (piece, thought) in enumerate(pieces):
        text = piece
        if not thought and place > 0:
            text = text.lstrip("\r\n")
        if not thought and place < last:
            text = text.rstrip()
        if text.strip():
            result.append((text, thought))
    return result

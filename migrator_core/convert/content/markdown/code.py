"""What is code in a Markdown text, so that nothing in it is taken for markup (CommonMark 0.31)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_RUN = re.compile("`{3,}|~{3,}")
_KINDS = ("```", "~~~")
_PREFIX = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_BACKTICKS = re.compile("`+")


class Line(NamedTuple):
    """Where a line begins and where the next one does; only a line feed ends a line."""

    start: int
    end: int


class Fence(NamedTuple):
    """A line that may begin or end a fenced code block: its backticks or tildes and its info.

    Fences may be indented and quoted by any amount: those in lists are, and no model writes an
    indented code block that begins with a fence.
    """

    line: Line
    run: str
    info: str

    @property
    def opens(self) -> bool:
        """Whether it begins a code block, where none is open."""
        return "`" not in self.info

    def closes(self, run: str) -> bool:
        """Whether it ends the code block that ``run`` has begun."""
        return not self.info and self.run[0] == run[0] and len(self.run) >= len(run)


@dataclass(slots=True)
class Fences:
    """Follows a text fence by fence and knows whether it is inside a fenced code block."""

    run: str = ""

    def feed(self, fence: Fence | None) -> None:
        """Take the next line, if it is a fence."""
        if fence is None:
            return
        if not self.run:
            self.run = fence.run if fence.opens else ""
        elif fence.closes(self.run):
            self.run = ""


def line_at(text: str, place: int, start: int = 0) -> Line:
    """The line around ``place``; what stands before ``start`` does not belong to it."""
    begin = max(text.rfind("\n", start, place) + 1, start)
    return Line(begin, text.find("\n", place) + 1 or len(text))


@dataclass(slots=True)
class Lines:
    """The lines of a text around places that only go forwards; looks for each end once."""

    text: str
    _begin: int = 0
    _end: int = 0

    def at(self, place: int, start: int = 0) -> Line:
        """See :func:`line_at`."""
        if not self._begin <= place < self._end:
            self._begin, self._end = place, line_at(self.text, place, place).end
        return Line(max(self.text.rfind("\n", start, place) + 1, start), self._end)


def fence_in(text: str, line: Line) -> Fence | None:
    """The fence that a line is."""
    run = _RUN.search(text, line.start, line.end)
    if run is None or not _PREFIX.fullmatch(text, line.start, run.start()):
        return None
    return Fence(line, run[0], text[run.end() : line.end].strip())


def fences(text: str, start: int = 0, end: int | None = None) -> Iterator[Fence]:
    """All fences of a text between two beginnings of lines."""
    stop = len(text) if end is None else end
    places = dict.fromkeys(_KINDS, start - 1)  # where each kind of run is, if it is ahead
    while True:
        for kind, place in places.items():
            if 0 <= place < start or place == start - 1:
                places[kind] = text.find(kind, start, stop)
        ahead = [place for place in places.values() if place >= start]
        if not ahead:
            return
        line = line_at(text, min(ahead), start)
        fence = fence_in(text, line)
        if fence is not None:
            yield fence
        start = line.end


def split_code(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is code (a fenced block or a code span)."""
    done = 0
    for start, end in _blocks(text):
        yield from _split_spans(text[done:start])
        yield text[start:end], True
        done = end
    yield from _split_spans(text[done:])


def _blocks(text: str) -> Iterator[Line]:
    """From where to where the fenced code blocks go, their fences included."""
    opening: Fence | None = None
    for fence in fences(text):
        if opening is None:
            opening = fence if fence.opens else None
        elif fence.closes(opening.run):
            yield Line(opening.line.start, fence.line.end)
            opening = None
    if opening is not None:
        yield Line(opening.line.start, len(text))


def _split_spans(text: str) -> Iterator[tuple[str, bool]]:
    """A text without fences, split at its code spans; a span never crosses a blank line."""
    if "`" not in text:
        if text:
            yield text, False
        return
    runs = [run.span() for run in _BACKTICKS.finditer(text) if not _is_escaped(text, run.start())]
    partner = _partners(text, runs)
    done = place = 0
    while place < len(runs):
        other = partner[place]
        if other is None:
            place += 1
            continue
        start, end = runs[place][0], runs[other][1]
        if start > done:
            yield text[done:start], False
        yield text[start:end], True
        done = end
        place = other + 1
    if done < len(text):
        yield text[done:], False


def _partners(text: str, runs: list[tuple[int, int]]) -> list[int | None]:
    """For each run of backticks the next one of the same length in the same paragraph."""
    breaks = [match.start() for match in _BLANK_LINE.finditer(text)] if runs else []
    partner: list[int | None] = [None] * len(runs)
    following: dict[int, int] = {}
    for place in range(len(runs) - 1, -1, -1):
        start, end = runs[place]
        while breaks and breaks[-1] > start:
            breaks.pop()
            following.clear()
        partner[place] = following.get(end - start)
        following[end - start] = place
    return partner


def _is_escaped(text: str, place: int) -> bool:
    backslashes = 0
    while place > backslashes and text[place - backslashes - 1] == "\\":
        backslashes += 1
    return backslashes % 2 == 1

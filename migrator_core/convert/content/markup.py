"""What is code in a Markdown text, so that nothing in it is taken for markup (CommonMark 0.31)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<run>`{3,}|~{3,})(?P<info>.*)$")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_BACKTICKS = re.compile("`+")
_MARKDOWN = re.compile(r"([\\\[\]`*<])")


def lines_of(text: str) -> Iterator[str]:
    """The lines with their line feeds; nothing else (U+2028, form feeds, ...) ends a line."""
    return iter(io.StringIO(text, newline="\n"))


@dataclass(slots=True)
class Fences:
    """Follows a text line by line and knows whether it is inside a fenced code block.

    Fences may be indented and quoted by any amount: those in lists are, and no model writes an
    indented code block that begins with a fence.
    """

    run: str = ""

    def feed(self, line: str) -> bool:
        """Take the next line; whether it belongs to a code block, its fences included."""
        fence = fence_of(line)
        if not self.run:
            if fence is not None and "`" not in fence[1]:
                self.run = fence[0]
                return True
            return False
        if fence is not None and closes(fence, self.run):
            self.run = ""
        return True


def fence_of(line: str) -> tuple[str, str] | None:
    """The run of backticks or tildes that begins a fence line, and what follows it."""
    match = _FENCE.match(line.rstrip("\r\n"))
    return (match["run"], match["info"].strip()) if match else None


def closes(fence: tuple[str, str], run: str) -> bool:
    """Whether a fence line ends the code block that ``run`` has begun."""
    return not fence[1] and fence[0][0] == run[0] and len(fence[0]) >= len(run)


def fenced(code: str, language: str) -> str:
    """A fenced code block that nothing in ``code`` can close."""
    longest = max((len(run) for run in re.findall("`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code.removesuffix(chr(10))}\n{fence}"


def split_code(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is code (a fenced block or a code span)."""
    fences = Fences()
    plain: list[str] = []
    code: list[str] = []
    for line in lines_of(text) if "`" in text or "~~~" in text else [text]:
        if fences.feed(line):
            if plain:
                yield from _split_spans("".join(plain))
                plain = []
            code.append(line)
        else:
            if code:
                yield "".join(code), True
                code = []
            plain.append(line)
    if code:
        yield "".join(code), True
    yield from _split_spans("".join(plain))


def _split_spans(text: str) -> Iterator[tuple[str, bool]]:
    """A text without fences, split at its code spans; a span never crosses a blank line."""
    runs = [run for run in _BACKTICKS.finditer(text) if not _is_escaped(text, run.start())]
    partner = _partners(text, runs)
    done = place = 0
    while place < len(runs):
        other = partner[place]
        if other is None:
            place += 1
            continue
        start, end = runs[place].start(), runs[other].end()
        if start > done:
            yield text[done:start], False
        yield text[start:end], True
        done = end
        place = other + 1
    if done < len(text):
        yield text[done:], False


def _partners(text: str, runs: list[re.Match[str]]) -> list[int | None]:
    """For each run of backticks the next one of the same length in the same paragraph."""
    breaks = [match.start() for match in _BLANK_LINE.finditer(text)]
    partner: list[int | None] = [None] * len(runs)
    following: dict[int, int] = {}
    for place in range(len(runs) - 1, -1, -1):
        while breaks and breaks[-1] > runs[place].start():
            breaks.pop()
            following.clear()
        length = len(runs[place][0])
        partner[place] = following.get(length)
        following[length] = place
    return partner


def _is_escaped(text: str, place: int) -> bool:
    backslashes = 0
    while place > backslashes and text[place - backslashes - 1] == "\\":
        backslashes += 1
    return backslashes % 2 == 1


def escaped(text: str) -> str:
    """``text`` as words in Markdown: nothing in it begins a link, emphasis, code or tag."""
    return _MARKDOWN.sub(r"\\\1", text)

"""LibreChat's artifacts, as code blocks that Open WebUI opens beside the chat.

``:::artifact{identifier="…" type="…" title="…"}``, a code block and ``:::`` (LibreChat 0.7.5).
Open WebUI takes code blocks in ``html`` and ``svg`` for artifacts and draws ``mermaid`` ones
(0.12, ``utils/index.ts: getCodeBlockContents`` and ``CodeBlock.svelte``); a ``js`` or ``css`` block
would be run as part of a page, which React components are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.content.markdown.blocks import escaped, fenced
from migrator_core.convert.content.markdown.code import (
    Fences,
    Line,
    Lines,
    fence_in,
    fences,
    line_at,
)

_NAME = ":::artifact"
_EVENT = re.compile(rf"{_NAME}|`{{3}}|~{{3}}")
_HEAD = re.compile(r"[ \t]*:{3,}artifact[ \t]*")
_END = re.compile(r"^[ \t]*:{3,}[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"([\w-]+)\s*(=)?")
_VALUE = re.compile(r"\s*(\"[^\"\\]*(?:\\.[^\"\\]*)*\"?|'[^'\\]*(?:\\.[^'\\]*)*'?|[^\s}]+)")
_VISIBLE = re.compile(r"\S")
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")

_LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "text/html": "html",
        "application/vnd.code-html": "html",
        "image/svg+xml": "svg",
        "application/vnd.mermaid": "mermaid",
        "application/vnd.ant.mermaid": "mermaid",
        "text/markdown": "markdown",
        "text/md": "markdown",
        "text/plain": "text",
    }
)
_REACT = frozenset({"jsx", "tsx"})
_MAX_TITLE = 200


def convert_artifacts(text: str) -> str:
    """``text`` with every artifact as its title and a code block; all else stays as it is."""
    if _NAME not in text:
        return text
    result: list[str] = []
    open_fence, lines = Fences(), Lines(text)
    done = position = 0
    while (event := _EVENT.search(text, position)) is not None:
        line = lines.at(event.start(), position)
        attributes = None if open_fence.run else _directive(text, line)
        if attributes is None:
            open_fence.feed(fence_in(text, line))
            position = line.end
            continue
        body = _body(text, line.end)
        result += [text[done : line.start], _shown(attributes, body)]
        done = position = body.end
        if text[done : line_at(text, done).end].strip():
            result.append("\n")
    return "".join([*result, text[done:]])


def _directive(text: str, line: Line) -> dict[str, str] | None:
    """The attributes, if the line begins an artifact."""
    head = _HEAD.match(text, line.start, line.end)
    if head is None:
        return None
    rest = text[head.end() : line.end].rstrip("\r\n")
    if rest and rest[0] != "{":
        return None
    return dict(_attributes(rest[1:]))


def _attributes(text: str) -> Iterator[tuple[str, str]]:
    position = 0
    while (key := _KEY.search(text, position)) is not None:
        value = _VALUE.match(text, key.end()) if key[2] else None
        position = key.end() if value is None else value.end()
        if value is not None:
            yield key[1], _unquoted(value[1])


def _unquoted(value: str) -> str:
    if value[0] not in "\"'":
        return value
    inner = value[1:]
    if inner.endswith(value[0]) and not inner.endswith("\\" + value[0]):
        inner = inner[:-1]
    return re.sub(r"\\(.)", r"\1", inner)


class _Body(NamedTuple):
    """An artifact's code, the language it names, and where the text after it begins."""

    code: str
    language: str
    end: int


def _body(text: str, start: int) -> _Body:
    """What the artifact that begins before ``start`` holds."""
    limit = _next_artifact(text, start)
    visible = _VISIBLE.search(text, start, limit)
    first = line_at(text, visible.start(), start) if visible else Line(limit, limit)
    opening = fence_in(text, first)
    if opening is None:
        end = _END.search(text, start, limit)
        if end is None:
            return _Body(text[start:limit], "", limit)
        return _Body(text[start : end.start()], "", line_at(text, end.start()).end)
    language = opening.info.split()[0] if opening.info else ""
    closing: Line | None = None
    for fence in fences(text, first.end, limit):
        if not fence.closes(opening.run):
            continue
        closing = closing or fence.line
        end_of_artifact = _end_after(text, fence.line.end, limit)
        if end_of_artifact:  # code may hold fences of its own, even as short as the outer one
            return _Body(text[first.end : fence.line.start], language, end_of_artifact)
    if closing is not None:
        return _Body(text[first.end : closing.start], language, closing.end)
    return _Body(text[first.end : limit], language, limit)


def _next_artifact(text: str, start: int) -> int:
    """Where the next line that begins an artifact stands, or the end of the text."""
    while (place := text.find(_NAME, start)) >= 0:
        line = line_at(text, place, start)
        if _directive(text, line) is not None:
            return line.start
        start = line.end
    return len(text)


def _end_after(text: str, start: int, limit: int) -> int:
    """The end of the ``:::`` that follows after nothing but blank lines; 0 without one."""
    visible = _VISIBLE.search(text, start, limit)
    if visible is None:
        return 0
    line = line_at(text, visible.start(), start)
    return line.end if _END.fullmatch(text[line.start : line.end].rstrip("\r\n")) else 0


def _shown(attributes: Mapping[str, str], body: _Body) -> str:
    kind = attributes.get("type", "").strip().lower()
    title = single_line(attributes.get("title") or attributes.get("identifier"), limit=_MAX_TITLE)
    heading = f"**{escaped(title)}**\n\n" if title else ""
    return f"{heading}{fenced(body.code, _language(kind, body.language.lower()))}\n"


def _language(kind: str, written: str) -> str:
    if "react" in kind:
        return written if written in _REACT else "jsx"
    if kind in _LANGUAGES:
        return _LANGUAGES[kind]
    return written if _LANGUAGE.fullmatch(written) else ""

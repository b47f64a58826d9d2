"""LibreChat's artifacts, as code blocks that Open WebUI opens beside the chat.

``:::artifact{identifier="…" type="…" title="…"}``, a code block and ``:::`` (LibreChat 0.7.5).
Open WebUI takes code blocks in ``html`` and ``svg`` for artifacts and draws ``mermaid`` ones
(0.12, ``utils/index.ts: getCodeBlockContents`` and ``CodeBlock.svelte``); a ``js`` or ``css`` block
would be run as part of a page, which React components are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from migrator_core.convert.content.markup import Fences, closes, escaped, fence_of, fenced, lines_of
from migrator_core.convert.text import single_line

_DIRECTIVE = re.compile(r"[ \t]*:{3,}artifact[ \t]*(?:\{(?P<attributes>.*)\}?)?[ \t]*$")
_END = re.compile(r"[ \t]*:{3,}[ \t]*$")
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|[^\s}]+)")
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
    if ":::artifact" not in text:
        return text
    lines = [*lines_of(text)]
    result: list[str] = []
    fences = Fences()
    place = 0
    while place < len(lines):
        attributes = None if fences.run else _directive(lines[place])
        if attributes is None:
            fences.feed(lines[place])
            result.append(lines[place])
            place += 1
            continue
        code, language, following = _body(lines, place + 1)
        if result and not result[-1].endswith("\n"):
            result.append("\n")
        result.append(_shown(attributes, code, language))
        place = following
        if place < len(lines) and lines[place].strip():
            result.append("\n")
    return "".join(result)


def _directive(line: str) -> dict[str, str] | None:
    """The attributes, if the line begins an artifact."""
    match = _DIRECTIVE.match(line.rstrip("\r\n"))
    if match is None:
        return None
    return {key: _unquoted(value) for key, value in _ATTRIBUTE.findall(match["attributes"] or "")}


def _unquoted(value: str) -> str:
    if value[0] not in "\"'":
        return value
    inner = value[1:]
    if inner.endswith(value[0]) and not inner.endswith("\\" + value[0]):
        inner = inner[:-1]
    return re.sub(r"\\(.)", r"\1", inner)


def _body(lines: Sequence[str], start: int) -> tuple[str, str, int]:
    """The code from line ``start`` on, its language, and the line after the artifact."""
    limit = next(
        (place for place in range(start, len(lines)) if _directive(lines[place]) is not None),
        len(lines),
    )
    first = next((place for place in range(start, limit) if lines[place].strip()), limit)
    fence = fence_of(lines[first]) if first < limit else None
    if fence is None:
        end = next((place for place in range(start, limit) if _END.match(lines[place])), limit)
        return "".join(lines[start:end]), "", min(end + 1, limit)
    run, info = fence
    closing = [
        place
        for place in range(first + 1, limit)
        if (found := fence_of(lines[place])) is not None and closes(found, run)
    ]
    language = info.split()[0] if info.split() else ""
    for place in closing:  # code may hold fences of its own, even as short as the outer one
        after = _end_after(lines, place + 1, limit)
        if after is not None:
            return "".join(lines[first + 1 : place]), language, after
    if closing:
        return "".join(lines[first + 1 : closing[0]]), language, closing[0] + 1
    return "".join(lines[first + 1 : limit]), language, limit


def _end_after(lines: Sequence[str], start: int, limit: int) -> int | None:
    """The line after the ``:::`` that follows, if nothing but blank lines stand before it."""
    for place in range(start, limit):
        if _END.match(lines[place].rstrip("\r\n")):
            return place + 1
        if lines[place].strip():
            return None
    return None


def _shown(attributes: Mapping[str, str], code: str, written: str) -> str:
    kind = attributes.get("type", "").strip().lower()
    title = single_line(attributes.get("title") or attributes.get("identifier"), limit=_MAX_TITLE)
    heading = f"**{escaped(title)}**\n\n" if title else ""
    return f"{heading}{fenced(code, _language(kind, written.lower()))}\n"


def _language(kind: str, written: str) -> str:
    if "react" in kind:
        return written if written in _REACT else "jsx"
    if kind in _LANGUAGES:
        return _LANGUAGES[kind]
    return written if _LANGUAGE.fullmatch(written) else ""

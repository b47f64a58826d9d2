r"""LibreChat's citation anchors: where they stand in a text.

An anchor is U+E202 and ``turn<turn><kind><index>``, U+E200 … U+E201 make a group of several,
U+E203 … U+E204 mark the words a citation is for, U+E206 ends one. Models write each of these as
the private-use character or as the six characters ``\ue202``. As in LibreChat 0.8
(``client/src/utils/citations.ts``, ``components/Web/plugin.ts``), which looks at running text
only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from migrator_core.convert.content.markdown.code import split_code

KINDS = ("search", "image", "news", "video", "ref", "file")

_LITERAL = r"\\{1,2}u[eE]20"
_ANCHOR = re.compile(
    rf"(?:\ue202|{_LITERAL}2)turn(\d{{1,9}})({'|'.join(KINDS)})(\d{{1,9}})", re.ASCII
)
_CITATION = re.compile(
    rf"(?:(?:\ue200|{_LITERAL}0)(?P<group>(?:(?!{_LITERAL}0)[^\n\ue200\ue201]){{0,4000}}?)"
    rf"(?:\ue201|{_LITERAL}1)|(?P<anchor>{_ANCHOR.pattern}))",
    re.ASCII,
)
_MARKER = re.compile(rf"[\ue200-\ue204\ue206]|{_LITERAL}[0-46]")
_CHARACTERS = "\ue200\ue201\ue202\ue203\ue204\ue206"
_BEGIN = "\ue202"
_CHARACTER = re.compile(f"[{_CHARACTERS}]")
_NAME = re.compile(r"[a-z\s,;|]*")


class Anchor(NamedTuple):
    """What one anchor points to: the ``place``-th ``kind`` of a ``turn``, from zero."""

    turn: int
    kind: str
    place: int


def anchors_in(text: str) -> list[Anchor]:
    """The anchors of a text in their order, grouped or not."""
    return [Anchor(int(turn), kind, int(place)) for turn, kind, place in _ANCHOR.findall(text)]


def replace_anchors(text: str, marker: Callable[[list[Anchor]], str]) -> str:
    """``text`` with every anchor or group replaced by what ``marker`` makes of it.

    Where it makes nothing, the space before the anchor goes as well. All other markers vanish. In
    code, anchors are spelled out.
    """
    if not may_hold_markers(text):
        return text
    return "".join(
        spelled_out(piece) if is_code else _replace(piece, marker)
        for piece, is_code in split_code(text)
    )


def without_anchors(text: str) -> str:
    """What a person wrote, without anchors that were copied from an answer.

    LibreChat reads none in questions. A text that holds none keeps all its characters.
    """
    return replace_anchors(text, lambda _: "") if _has_characters(text) else text


def spelled_out(text: str) -> str:
    r"""``text`` with the characters of anchors as ``\ue202``, if it holds any anchor.

    For what tools were given and answered: it is evidence, so nothing is taken away, but no
    character may be left that nobody can read.
    """
    if not _has_characters(text):
        return text
    return _CHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _has_characters(text: str) -> bool:
    r"""Whether there is an anchor that is no ``\ue202`` in letters."""
    # Looking for one character is many times quicker than looking for any of several, and nobody
    # else in the server gets a turn meanwhile.
    if text.isascii() or _BEGIN not in text:
        return False
    return any(_CHARACTER.match(match[0]) for match in _ANCHOR.finditer(text))


def may_hold_markers(text: str) -> bool:
    """Whether a text may hold an anchor, of which the rest of this module says more."""
    if not text.isascii():
        for character in _CHARACTERS:
            if character in text:
                return True
    return "\\ue20" in text or "\\uE20" in text


def _replace(text: str, marker: Callable[[list[Anchor]], str]) -> str:
    result: list[str] = []
    end = 0
    for match in _CITATION.finditer(text):
        before = _MARKER.sub("", text[end : match.start()])
        end = match.end()
        anchors = anchors_in(match[0])
        shown = (marker(anchors) if anchors else "") + _rest(match, anchors)
        if shown:
            starts_line = not before.strip() and not "".join(result[-1:]).strip(" \t")
            shown += " " if starts_line and text[end : end + 1] == ":" else ""
        elif not text[end : end + 1].isalnum():
            before = before.rstrip(" \t")
        result += [before, shown]
    result.append(_MARKER.sub("", text[end:]))
    return "".join(result)


def _rest(match: re.Match[str], anchors: list[Anchor]) -> str:
    """Text inside a group that is no anchor. OpenAI's models put a name there (``cite``)."""
    if match["group"] is None:
        return ""
    rest = _MARKER.sub("", _ANCHOR.sub("", match["group"]))
    return "" if anchors and _NAME.fullmatch(rest) else rest

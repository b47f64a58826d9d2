"""Links of a Markdown text that lead to LibreChat's own files.

``![alt](/images/<user>/<name>)`` (tools before 0.8), ``[name](sandbox:/mnt/data/<name>)`` (the
code interpreter), ``/uploads/…``, ``/api/files/…`` and ``data:`` addresses. Those with a host or a
base path before them may be anybody's: they are ``perhaps`` local.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_OPENING = re.compile(
    r"\]\(\s*(<?)(?=(data:|sandbox:|/images/|/uploads/|/api/files/)|https?://|/)", re.IGNORECASE
)
_WEB_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'`\\]{1,1000}", re.IGNORECASE)
_EVENT = re.compile(r"[()\"'\n]")
_GROUP = re.compile(r"\([^()\n]*\)")
_QUOTED = r"(?:\"[^\"\n]*\"|'[^'\n]*')"
_TITLE = re.compile(rf"{_QUOTED}\s*\)")
_ANGLED = re.compile(rf"(?P<address>[^<>\n]*)>(?:[ \t]+{_QUOTED})?\s*\)")
_END = re.compile(r"\s*\)")


class LocalLink(NamedTuple):
    """Where ``](…)`` begins and ends, and the address in it.

    ``perhaps`` says that only a look at the address can tell whether it is local.
    """

    start: int
    end: int
    target: str
    perhaps: bool


def bare_address(match: re.Match[str]) -> str:
    """The address alone, without what ends the sentence or the emphasis around it."""
    return match[0].rstrip(".,;:!?*_")


def local_links(text: str) -> Iterator[LocalLink]:
    """The links of a text, in their order.

    An address is ``<…>`` or goes to the first ``)`` that no ``(`` before it asks for; a title may
    follow. Every character is looked at a few times at most, however the text is made.
    """
    position = 0
    while (place := text.find("](", position)) >= 0:  # which nothing looks for as quickly
        opening = _OPENING.match(text, place)
        if opening is None:
            position = place + 2
            continue
        find = _angled if opening[1] else _bare
        span = find(text, opening.end())
        if span is None:
            position = opening.start() + 1
            continue
        address_end, position = span
        target = text[opening.end() : address_end]
        yield LocalLink(opening.start(), position, target, opening[2] is None)


def web_addresses(text: str) -> Iterator[re.Match[str]]:
    """The addresses that stand in a text as such, in their order."""
    done = position = 0
    while (place := text.find("://", position)) >= 0:
        position = place + 3
        starts = (place - len(scheme) for scheme in ("https", "http"))
        found = (_WEB_ADDRESS.match(text, start) for start in starts if start >= done)
        match = next((each for each in found if each is not None), None)
        if match is not None:
            yield match
            done = position = match.end()


def _angled(text: str, start: int) -> tuple[int, int] | None:
    """Where an address in angle brackets ends, and the link behind it."""
    match = _ANGLED.match(text, start)
    return (match.end("address"), match.end()) if match else None


def _bare(text: str, start: int) -> tuple[int, int] | None:
    """Where an address without brackets ends, and the link behind it.

    It holds no line feed, and parentheses only in pairs that hold none.
    """
    position = start
    while (event := _EVENT.search(text, position)) is not None:
        place = event.start()
        if event[0] == "(":
            group = _GROUP.match(text, place)
            if group is None:
                return None
            position = group.end()
        elif event[0] in "\"'":
            end = _TITLE.match(text, place) if text[place - 1] in " \t" else None
            if end is not None:
                return start + len(text[start:place].rstrip(" \t")), end.end()
            position = place + 1
        else:
            end = _END.match(text, place)
            return (start + len(text[start:place].rstrip()), end.end()) if end else None
    return None

"""Addresses of LibreChat's own pages: conversations, shared links, agents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

_LONGEST = 2000
_WORDS = ("/c/", "/share/", "agent_id=")
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_AGENT = re.compile(r"agent_[A-Za-z0-9_-]{1,100}")
_HOST = re.compile(r"https?://[^/?#\s]+", re.IGNORECASE)
_MOST_PARAMETERS = 20


@dataclass(frozen=True, slots=True)
class Page:
    """What an address of LibreChat leads to."""

    kind: Literal["conversation", "share", "agent"]
    id: str


def page_of(address: str, hosts: Sequence[str] = ()) -> Page | None:
    """The page behind an address; None for any other address.

    ``hosts`` are LibreChat's addresses, in lower case and without a slash at their end. Where none
    is known, any host may be LibreChat's: the ids are such as no other site has, and whoever looks
    them up finds out.
    """
    if len(address) > _LONGEST or not any(word in address for word in _WORDS):
        return None
    path = _path(address.strip(), hosts)
    if path is None:
        return None
    path, _, query = path.partition("#")[0].partition("?")
    *_, place, name = ["", "", *path.rstrip("/").rsplit("/", 2)]
    if place == "c" and name != "new" and _ID.fullmatch(name):
        return Page("conversation", name)
    if place == "share" and _ID.fullmatch(name):
        return Page("share", name)
    for parameter in query.split("&", _MOST_PARAMETERS)[:_MOST_PARAMETERS]:
        key, _, value = parameter.partition("=")
        if key == "agent_id" and _AGENT.fullmatch(value):
            return Page("agent", value)
    return None


def chat_page(chat_id: str) -> str:
    """Where Open WebUI shows a chat to its owner."""
    return f"/c/{chat_id}"


def shared_page(share_id: str) -> str:
    """Where Open WebUI shows a shared chat."""
    return f"/s/{share_id}"


def model_page(model_id: str) -> str:
    """Where Open WebUI begins a chat with a model."""
    return f"/?model={quote(model_id, safe='')}"


def _path(address: str, hosts: Sequence[str]) -> str | None:
    """What follows the host; None where it is not LibreChat's."""
    if address.startswith("/"):
        return None if address.startswith("//") else address
    host = _HOST.match(address)
    if host is None:
        return None
    if not hosts:
        return address[host.end() :]
    lowered = address.lower()
    for known in hosts:
        rest = address[len(known) :]
        if lowered.startswith(known) and rest[:1] in {"", "/", "?", "#"}:
            return rest
    return None

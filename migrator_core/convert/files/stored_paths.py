"""Paths below LibreChat's ``/images`` and ``/uploads``: whose file they lead to."""

from __future__ import annotations

import re
from urllib.parse import unquote

from migrator_core.convert.cleaning import clean_text

_MAX_PATH = 1000
_STORED = re.compile(r"/(?:images|uploads)/[^/]+/[^/\\]+")
_QUERY = re.compile(r"[?#]")
_HOST = re.compile(r"\s*https?://[^/?#\s]+(?=/)", re.IGNORECASE)
_PLACES = ("/images/", "/uploads/", "/api/files/")


def own_path(filepath: str, user: str) -> str | None:
    """A path below ``/images`` or ``/uploads`` in its plain form, if it is this user's own.

    A query, a fragment and percent encoding do not count. Other people's paths are nobody's
    business: LibreChat would have let anybody write them into a message.
    """
    bare = without_query(filepath.strip())
    if not user or len(bare) > _MAX_PATH:
        return None
    path = unquote(bare)
    if not _STORED.fullmatch(path) or "\x00" in path or clean_text(path) != path:
        return None
    _, root, owner, name = path.split("/")
    if owner.lower() != user.lower() or name in {".", ".."}:
        return None
    return f"/{root}/{user}/{name}"


def without_query(address: str) -> str:
    """An address up to its query or fragment."""
    return _QUERY.split(address, maxsplit=1)[0]


def path_on_host(address: str) -> str | None:
    """LibreChat's own part of an address that has a host or a base path before it."""
    host = _HOST.match(address)
    path = without_query(address[host.end() :] if host else address.strip())
    if len(path) > _MAX_PATH or not path.startswith("/"):
        return None
    begins = max(path.rfind(place) for place in _PLACES)
    return path[begins:] if begins >= 0 else None

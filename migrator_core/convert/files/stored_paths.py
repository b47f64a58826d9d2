"""Paths below LibreChat's ``/images`` and ``/uploads``: whose file they lead to."""

from __future__ import annotations

import re
from urllib.parse import unquote

from migrator_core.convert.cleaning import clean_text

_MAX_PATH = 1000
_STORED = re.compile(r"/(?:images|uploads)/[^/]+/[^/\\]+")
_QUERY = re.compile(r"[?#]")


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

"""The text of a file: a thing of its own, which is not always at hand to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrator_core.openwebui.contents.columns import Thing
from migrator_core.openwebui.contents.digests import digest

KNOWN = "@known"
"""Stands in ``data`` for a text that is known by its digest alone; never written anywhere."""

TEXT = "text"
"""The name of the thing."""


@dataclass(frozen=True, slots=True)
class TextThing(Thing):
    """What Open WebUI shows of a file and gives to models; its other ``data`` is its own notes."""

    def digest(self, values: Mapping[str, Any]) -> str | None:
        """Of the text, None where there is none."""
        return text_digest(values.get("data"))


def text_digest(data: object) -> str | None:
    """The digest of the text in a file's ``data``."""
    if not isinstance(data, dict):
        return None
    if KNOWN in data:
        known = data[KNOWN]
        return None if known is None else str(known)
    content = data.get("content")
    return digest(content) if isinstance(content, str) and content else None


def rest_of_file(values: Mapping[str, Any]) -> list[object]:
    """What of a file's row only people change."""
    return [values.get("user_id"), None, without_notes(values.get("meta")) or None]


def without_notes(meta: object) -> object:
    """A file's ``meta`` without Open WebUI's own note of where its vectors are."""
    if not isinstance(meta, dict):
        return meta
    return {name: value for name, value in meta.items() if name != "collection_name"}

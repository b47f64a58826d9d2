"""The pieces of a message put together: its visible text and its ``output`` (Open WebUI 0.12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from migrator_core.convert.content.pieces import Pieces
from migrator_core.convert.content.text import message_items
from migrator_core.convert.content.tool_items import number_calls
from migrator_core.convert.text import clean_json
from migrator_core.rows import JsonDict

_ID_PREFIXES: Mapping[str, str] = MappingProxyType(
    {"message": "msg", "reasoning": "r", "open_webui:context_compaction": "cc"}
)
"""How Open WebUI's own ids of ``output`` items begin (0.12, ``utils/middleware.py``)."""


def compose_output(pieces: Sequence[Pieces], message_id: str) -> list[JsonDict]:
    """The ``output`` items, or none where plain text says it all.

    Where there are items, Open WebUI shows nothing else, so all text has to be among them.
    """
    if not any(piece.output for piece in pieces):
        return []
    items: list[JsonDict] = []
    run: list[str] = []
    for piece in pieces:
        if piece.output:
            items += (*message_items("\n\n".join(run)), *piece.output)
            run = []
        elif piece.text.strip():
            run.append(piece.text)
    items = number_calls([*items, *message_items("\n\n".join(run))], message_id)
    return [_named(item, place, message_id) for place, item in enumerate(items)]


def visible_text(pieces: Sequence[Pieces], output: Sequence[JsonDict]) -> str:
    """The text alone: with ``output`` what Open WebUI's ``get_output_text`` makes of it."""
    if not output:
        return "\n\n".join(piece.text for piece in pieces if piece.text.strip())
    texts = ("".join(str(part["text"]) for part in _shown(item)) for item in output)
    return "\n".join(text for text in texts if text.strip())


def _shown(item: JsonDict) -> list[JsonDict]:
    content: list[JsonDict] = item["content"] if item["type"] == "message" else []
    return content


def _named(item: JsonDict, place: int, message_id: str) -> JsonDict:
    if item.get("id"):
        return item
    prefix = _ID_PREFIXES.get(str(item.get("type")), "item")
    return {"type": item.get("type"), "id": f"{prefix}_{message_id}_{place}", **item}


def distinct_files(items: Iterable[JsonDict]) -> list[JsonDict]:
    """Files once each: a picture may be both a file and a part of a message."""
    seen: set[object] = set()
    kept = []
    for item in items:
        key = item.get("id") or item.get("url")
        if key is None or key not in seen:
            kept.append(item)
        seen.add(key)
    return kept


def cleaned(fields: Mapping[str, list[JsonDict]]) -> tuple[JsonDict, bool]:
    """The fields that hold anything, as any database stores them, and whether that took repair."""
    result: JsonDict = {key: clean_json(value) for key, value in fields.items() if value}
    return result, any(fields[key] != value for key, value in result.items())

"""A message's ``content``, of whatever shape, as a list of parts."""

from __future__ import annotations

from migrator_core.convert.content.part_types import PART_TYPES
from migrator_core.convert.content.pieces import UNTYPED, Part


def read_parts(content: object) -> list[Part]:
    """The parts of a ``content``; holes (null) are no parts."""
    if content is None or content == "":
        return []
    entries = content if isinstance(content, list) else [content]
    return [_read_part(entry) for entry in entries if entry is not None]


def _read_part(entry: object) -> Part:
    if isinstance(entry, str):
        return Part("text", entry, {}, is_typed=False)
    if not isinstance(entry, dict):
        return Part(UNTYPED, entry, {}, is_typed=False)
    fields = {str(key): value for key, value in entry.items() if key != "type"}
    name = entry.get("type")
    is_typed = name not in (None, "")
    if not isinstance(name, str) or not name.strip():
        name = _type_by_key(fields)
    return Part(name, fields.get(name), fields, is_typed=is_typed)


def _type_by_key(fields: dict[str, object]) -> str:
    known = (PART_TYPES.get(key) for key in fields)
    candidates = [key for key, kind in zip(fields, known, strict=True) if kind and kind.by_key]
    return candidates[0] if len(candidates) == 1 else UNTYPED

"""A message's ``content``: a list of typed parts, each with a converter of its own.

A new kind of part takes one function with the signature of :class:`Converter` and one line in
:data:`CONVERTERS`. Shapes as in ``@librechat/data-schemas`` and ``librechat-data-provider``,
LibreChat 0.7 to 0.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from migrator_core.convert.content.failures import convert_error
from migrator_core.convert.content.images import convert_image_file, convert_image_url
from migrator_core.convert.content.media import convert_input_audio, convert_video_url
from migrator_core.convert.content.notes import (
    convert_activity_label,
    convert_agent_update,
    convert_steer,
    convert_summary,
)
from migrator_core.convert.content.pieces import UNTYPED, Converter, Part, PartContext, Pieces
from migrator_core.convert.content.plugins import convert_plugin, convert_plugins
from migrator_core.convert.content.reasoning import convert_think
from migrator_core.convert.content.text import convert_text
from migrator_core.convert.content.tool_calls import convert_tool_call
from migrator_core.convert.content.unknown import convert_unknown

__all__ = ["CONVERTERS", "Part", "PartContext", "Pieces", "convert_part", "read_parts"]

CONVERTERS: Mapping[str, Converter] = MappingProxyType(
    {
        "activity_label": convert_activity_label,
        "agent_update": convert_agent_update,
        "error": convert_error,
        "image_file": convert_image_file,
        "image_url": convert_image_url,
        "input_audio": convert_input_audio,
        "plugin": convert_plugin,
        "plugins": convert_plugins,
        "steer": convert_steer,
        "summary": convert_summary,
        "text": convert_text,
        "text_delta": convert_text,
        "think": convert_think,
        "tool_call": convert_tool_call,
        "video_url": convert_video_url,
    }
)
"""Part type to converter; a type that is not listed is kept by :func:`convert_unknown`."""

_FOR_QUESTIONS = frozenset(
    {"text", "text_delta", "image_file", "image_url", "input_audio", "video_url"}
)
"""What has a form at a question; Open WebUI shows neither ``output`` nor status lines there."""

_TYPES = frozenset(
    {
        "text", "think", "tool_call", "image_file", "image_url", "video_url", "input_audio",
        "agent_update", "summary", "steer", "activity_label", "error",
    }
)  # fmt: skip
"""The types LibreChat 0.8 writes, to recognise a part that lost its type by its payload's key."""


def convert_part(part: Part, context: PartContext) -> Pieces:
    """What one part becomes."""
    if context.role == "user" and part.type not in _FOR_QUESTIONS:
        return convert_unknown(part, context)
    return CONVERTERS.get(part.type, convert_unknown)(part, context)


def read_parts(content: object) -> list[Part]:
    """The parts of a ``content`` of whatever shape; holes (null) are no parts."""
    if content is None or content == "":
        return []
    entries = content if isinstance(content, list) else [content]
    return [_read_part(entry) for entry in entries if entry is not None]


def _read_part(entry: object) -> Part:
    if isinstance(entry, str):
        return Part(type="text", payload=entry, fields={})
    if not isinstance(entry, dict):
        return Part(type=UNTYPED, payload=entry, fields={})
    fields = {str(key): value for key, value in entry.items() if key != "type"}
    name = entry.get("type")
    if not isinstance(name, str) or not name.strip():
        candidates = [key for key in fields if key in _TYPES]
        name = candidates[0] if len(candidates) == 1 else UNTYPED
    return Part(type=name, payload=fields.get(name), fields=fields)

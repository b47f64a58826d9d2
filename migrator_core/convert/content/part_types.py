"""The table of all parts that a message's ``content`` may have.

A new kind of part takes one module in :mod:`.parts` with a function of the signature of
:class:`~migrator_core.convert.content.pieces.Converter`, and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.parts.activity_label import convert_activity_label
from migrator_core.convert.content.parts.agent_update import convert_agent_update
from migrator_core.convert.content.parts.audio import convert_input_audio
from migrator_core.convert.content.parts.error import convert_error
from migrator_core.convert.content.parts.image import convert_image_file, convert_image_url
from migrator_core.convert.content.parts.plugin import convert_plugin, convert_plugins
from migrator_core.convert.content.parts.steer import convert_steer
from migrator_core.convert.content.parts.summary import convert_summary
from migrator_core.convert.content.parts.text import convert_text
from migrator_core.convert.content.parts.think import convert_think
from migrator_core.convert.content.parts.tool_call import convert_tool_call
from migrator_core.convert.content.parts.video import convert_video_url
from migrator_core.convert.content.pieces import Converter, Part, Pieces


class PartType(NamedTuple):
    """What is known of one type of part.

    ``at_question`` says that it has a form at a question, where Open WebUI shows neither
    ``output`` nor status lines. ``by_key`` says that LibreChat 0.8 writes the type, so that a
    part that lost it may be recognised by its payload's key.
    """

    convert: Converter
    at_question: bool = False
    by_key: bool = True


PART_TYPES: Mapping[str, PartType] = MappingProxyType(
    {
        "activity_label": PartType(convert_activity_label),
        "agent_update": PartType(convert_agent_update),
        "error": PartType(convert_error),
        "image_file": PartType(convert_image_file, at_question=True),
        "image_url": PartType(convert_image_url, at_question=True),
        "input_audio": PartType(convert_input_audio, at_question=True),
        "plugin": PartType(convert_plugin, by_key=False),
        "plugins": PartType(convert_plugins, by_key=False),
        "steer": PartType(convert_steer),
        "summary": PartType(convert_summary),
        "text": PartType(convert_text, at_question=True),
        "text_delta": PartType(convert_text, at_question=True, by_key=False),
        "think": PartType(convert_think),
        "tool_call": PartType(convert_tool_call),
        "video_url": PartType(convert_video_url, at_question=True),
    }
)
"""By the name that a part's ``type`` has; what is not listed is kept by :func:`convert_unknown`."""


def convert_part(part: Part, context: PartContext) -> Pieces:
    """What one part becomes."""
    known = PART_TYPES.get(part.type)
    if known is None or (context.role == "user" and not known.at_question):
        return convert_unknown(part, context)
    return known.convert(part, context)

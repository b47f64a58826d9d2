"""Parts of type ``activity_label``: a line about what a tool did."""

from __future__ import annotations

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.content.pieces import NOTHING, Part, Pieces

_MAX_LINE = 300


def convert_activity_label(part: Part, context: PartContext) -> Pieces:
    """A status line, which models are not sent."""
    text = text_of(part.payload)
    line = single_line(text, limit=_MAX_LINE)
    if not line:
        # LibreChat reserves the line before it has words, and shows none until then.
        return convert_unknown(part, context) if text is None else NOTHING
    return Pieces(status=({"description": line, "done": True},))

"""Parts of type ``activity_label``: a line about what a tool did."""

from __future__ import annotations

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.content.pieces import Part, Pieces

_MAX_LINE = 300


def convert_activity_label(part: Part, context: PartContext) -> Pieces:
    """A status line, which models are not sent."""
    line = single_line(text_of(part.payload), limit=_MAX_LINE)
    if not line:
        return convert_unknown(part, context)
    return Pieces(status=({"description": line, "done": True},))

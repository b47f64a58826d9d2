"""Parts of type ``think``: what a model thought before it answered."""

from __future__ import annotations

from migrator_core.chat_document import StatusLine
from migrator_core.convert.cleaning import single_line
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.content.pieces import Part, Pieces
from migrator_core.convert.content.text_items import reasoning_item

_MAX_LABEL = 200


def convert_think(part: Part, context: PartContext) -> Pieces:
    """A string or ``{value}``; its label, if it has one, as a status line."""
    text = text_of(part.payload)
    if text is None:
        return convert_unknown(part, context)
    label = part.fields.get("reasoning_label")
    line = single_line(label, limit=_MAX_LABEL) if isinstance(label, str) else ""
    status: tuple[StatusLine, ...] = ({"description": line, "done": True},) if line else ()
    if not text.strip():
        return Pieces(status=status)
    return Pieces(output=(reasoning_item(context.citations.replace(text)),), status=status)

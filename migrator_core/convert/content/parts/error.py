"""Parts of type ``error``: that an answer failed."""

from __future__ import annotations

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.markdown.blocks import quoted, without_data
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.content.pieces import Part, Pieces


def convert_error(part: Part, context: PartContext) -> Pieces:
    """An error part, ``error`` or ``text``: a quotation, so that it is not taken for an answer."""
    text = _error_text(part)
    if not text.strip():
        return convert_unknown(part, context)
    return Pieces(text=quoted(f"**Error:** {without_data(text.strip())}"))


def _error_text(part: Part) -> str:
    for value in (part.payload, part.fields.get("text")):
        text = text_of(value)
        if text is None and isinstance(value, dict):
            text = text_of(value.get("message"))
        if text is not None and text.strip():
            return text
    return ""

"""Parts of type ``steer``: what the person said while the model was at work."""

from __future__ import annotations

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.file_references.showing import attach_entry
from migrator_core.convert.content.markdown.anchors import without_anchors
from migrator_core.convert.content.markdown.blocks import quoted
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.content.pieces import Part, Pieces, together


def convert_steer(part: Part, context: PartContext) -> Pieces:
    """A quotation, for people and models."""
    text = text_of(part.payload)
    if text is None or not text.strip():
        return convert_unknown(part, context)
    quotes = _entries(part.fields.get("quotes"))
    excerpts = [quoted(quote) for quote in quotes if isinstance(quote, str) and quote.strip()]
    entries = _entries(part.fields.get("files"))
    files = [attach_entry(entry, context) for entry in entries if entry is not None]
    said = quoted(f"**Steered by the user:**\n\n{without_anchors(text)}")
    texts = [*excerpts, said, *(piece.text for piece in files if piece.text)]
    return together(files, "\n\n".join(texts))


def _entries(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]

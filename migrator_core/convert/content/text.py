"""Text parts: what people typed and what models answered."""

from __future__ import annotations

from migrator_core.convert.content.pieces import Part, PartContext, Pieces
from migrator_core.convert.content.unknown import block, convert_unknown, text_of


def convert_text(part: Part, context: PartContext) -> Pieces:
    """The text as it is, from a string or from ``{value, annotations}``.

    A blank part shows nothing, as in LibreChat. The assistants' annotations (quotations from
    files) follow the text they belong to.
    """
    text = text_of(part.payload)
    if text is None:
        return convert_unknown(part, context)
    annotations = part.payload.get("annotations") if isinstance(part.payload, dict) else None
    if not annotations:
        return Pieces(text=text, plain=True) if text.strip() else Pieces()
    kept = block("annotations", annotations, context.where)
    return Pieces(text=f"{text}\n\n{kept.text}", plain=bool(text.strip()), notices=kept.notices)

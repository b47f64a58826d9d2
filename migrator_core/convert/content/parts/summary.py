"""Parts of type ``summary``: what was said so far, in short."""

from __future__ import annotations

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.markdown.blocks import quoted
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.content.pieces import Part, Pieces
from migrator_core.output_items import ContextCompactionItem

_MAX_PARTS = 1000


def convert_summary(part: Part, context: PartContext) -> Pieces:
    """A summary of earlier turns, as Open WebUI's own context compaction leaves it.

    Models are not sent it again: the turns it sums up are there themselves. ``content`` shows it
    in versions before 0.12, which do not know the item (``structuredOutput.ts``).
    """
    text = _summary_text(part)
    if not text.strip():
        return convert_unknown(part, context)
    item: ContextCompactionItem = {
        "type": "open_webui:context_compaction",
        "id": "",
        "status": "completed",
        "summary": text,
        "content": [{"type": "output_text", "text": quoted(text)}],
    }
    return Pieces(output=(item,))


def _summary_text(part: Part) -> str:
    for value in (part.fields.get("content"), part.payload, part.fields.get("text")):
        entries = value if isinstance(value, list) else [value]
        texts = [_entry_text(entry) for entry in entries[:_MAX_PARTS]]
        found = "\n\n".join(text for text in texts if text.strip())
        if found:
            return found
    return ""


def _entry_text(entry: object) -> str:
    if isinstance(entry, dict) and "value" not in entry:
        entry = entry.get("text")
    return text_of(entry) or ""

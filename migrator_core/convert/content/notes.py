"""What LibreChat noted in an answer beside what the model said."""

from __future__ import annotations

from migrator_core.convert.content.anchors import without_anchors
from migrator_core.convert.content.blocks import quoted
from migrator_core.convert.content.file_items import shown_file
from migrator_core.convert.content.pieces import Part, PartContext, Pieces
from migrator_core.convert.content.unknown import convert_unknown, text_of
from migrator_core.convert.text import single_line
from migrator_core.output_items import ContextCompactionItem

_MAX_LINE = 300
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


def convert_agent_update(part: Part, context: PartContext) -> Pieces:
    """Another agent takes over: a status line, which models are not sent."""
    payload = part.payload if isinstance(part.payload, dict) else {}
    name = _agent_name(payload.get("agentId"), context)
    if not name:
        return convert_unknown(part, context)
    return Pieces(status=({"description": f"Agent: {name}", "done": True},))


def _agent_name(agent_id: object, context: PartContext) -> str:
    if not isinstance(agent_id, str):
        return ""
    known = single_line(context.agents.get(agent_id), limit=_MAX_LINE)
    if known:
        return known
    # An ephemeral agent's id is endpoint__model___label____number.
    bare = agent_id.rsplit("____", 1)[0]
    _, separator, label = bare.rpartition("___")
    return single_line(label if separator and label.strip() else bare, limit=_MAX_LINE)


def convert_activity_label(part: Part, context: PartContext) -> Pieces:
    """A line about what a tool did: a status line."""
    line = single_line(text_of(part.payload), limit=_MAX_LINE)
    if not line:
        return convert_unknown(part, context)
    return Pieces(status=({"description": line, "done": True},))


def convert_steer(part: Part, context: PartContext) -> Pieces:
    """What the person said while the model was at work: a quotation, for people and models."""
    text = text_of(part.payload)
    if text is None or not text.strip():
        return convert_unknown(part, context)
    quotes = _entries(part.fields.get("quotes"))
    excerpts = [quoted(quote) for quote in quotes if isinstance(quote, str) and quote.strip()]
    entries = _entries(part.fields.get("files"))
    files = [shown_file(entry, context) for entry in entries if entry is not None]
    said = quoted(f"**Steered by the user:**\n\n{without_anchors(text)}")
    texts = [*excerpts, said, *(piece.text for piece in files if piece.text)]
    return Pieces(
        text="\n\n".join(texts),
        files=tuple(item for piece in files for item in piece.files),
        file_ids=tuple(file_id for piece in files for file_id in piece.file_ids),
        notices=tuple(notice for piece in files for notice in piece.notices),
    )


def _entries(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]

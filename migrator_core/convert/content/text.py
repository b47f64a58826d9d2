"""Text parts: what people typed and what models answered."""

from __future__ import annotations

import re

from migrator_core.convert.content.anchors import without_anchors
from migrator_core.convert.content.annotations import (
    link_citations,
    named_files,
    quotations,
    read_annotations,
)
from migrator_core.convert.content.artifacts import convert_artifacts
from migrator_core.convert.content.inline_links import replace_links
from migrator_core.convert.content.markup import split_code
from migrator_core.convert.content.pieces import Part, PartContext, Pieces
from migrator_core.convert.content.reasoning import reasoning_item, split_reasoning
from migrator_core.convert.content.unknown import convert_unknown, text_of
from migrator_core.outcome import Notice, WarningCode
from migrator_core.output_items import MessageItem, OutputItem

_UI_MARKER = re.compile(r"\\ui\{[^{}\n]{1,500}\}")


def convert_text(part: Part, context: PartContext) -> Pieces:
    """The text as it is, from a string or from ``{value, annotations}``.

    A blank part shows nothing, as in LibreChat. What an answer's text marks up (reasoning,
    artifacts, links to files, citations) takes Open WebUI's form.
    """
    text = text_of(part.payload)
    if text is None and part.type == "text_delta":
        text = text_of(part.fields.get("text"))
    if text is None:
        return convert_unknown(part, context)
    annotations = read_annotations(part.payload)
    if not text.strip() and not annotations.rest:
        return Pieces()
    known = named_files(annotations)
    added = quotations(annotations, context)
    if context.role == "user":
        return _joined([_visible(text, context, known), added])
    pieces: list[Pieces] = []
    for some, thought in split_reasoning(text):
        if thought:
            pieces.append(Pieces(output=(reasoning_item(context.citations.replace(some)),)))
        else:
            told = link_citations(convert_artifacts(some), annotations, context)
            pieces.append(_visible(told, context, known, markers=True))
    return _joined([*pieces, added])


def _visible(
    text: str, context: PartContext, known: dict[str, str], *, markers: bool = False
) -> Pieces:
    notices: tuple[Notice, ...] = ()
    if markers and "\\ui{" in text:
        text, notices = _without_markers(text, context)
    linked = replace_links(text, context, known)
    cited = context.citations.replace if markers else without_anchors
    return Pieces(
        text=cited(linked.text),
        plain=bool(text.strip()),
        file_ids=tuple(linked.file_ids),
        embedded=tuple(linked.embedded),
        notices=(*linked.notices, *notices),
    )


def _without_markers(text: str, context: PartContext) -> tuple[str, tuple[Notice, ...]]:
    """Markers that place a tool's user interface; Open WebUI shows those at the tool call."""
    pieces = [
        (piece, 0) if code else _UI_MARKER.subn("", piece) for piece, code in split_code(text)
    ]
    result = "".join(piece for piece, _ in pieces)
    attached = any(
        isinstance(entry, dict) and entry.get("type") == "ui_resources"
        for entry in context.attachments
    )
    if attached or result == text:
        return result, ()
    detail = f"{context.where}: a tool's user interface is not in the backup"
    return result, (Notice(WarningCode.PART_NOT_CONVERTED, detail),)


def _joined(pieces: list[Pieces]) -> Pieces:
    """One text part's pieces as one; with reasoning among them, all text is in ``output``."""
    told = [piece for piece in pieces if piece != Pieces()]
    texts = [piece.text for piece in told if piece.text.strip()]
    output: list[OutputItem] = []
    if any(piece.output for piece in told):
        for piece in told:
            output.extend(piece.output or message_items(piece.text))
    return Pieces(
        text="\n\n".join(texts),
        plain=any(piece.plain for piece in told),
        output=tuple(output),
        file_ids=tuple(file_id for piece in told for file_id in piece.file_ids),
        embedded=tuple(file for piece in told for file in piece.embedded),
        notices=tuple(notice for piece in told for notice in piece.notices),
    )


def message_items(text: str) -> tuple[MessageItem, ...]:
    """The ``output`` item that shows a text; none for a blank one."""
    if not text.strip():
        return ()
    item: MessageItem = {
        "type": "message",
        "id": "",
        "status": "completed",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text}],
    }
    return (item,)

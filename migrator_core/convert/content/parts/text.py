"""Parts of type ``text`` and ``text_delta``: what people typed and what models answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import chain

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.file_references.annotations import (
    link_citations,
    named_files,
    quotations,
    read_annotations,
)
from migrator_core.convert.content.file_references.inline_links import replace_links
from migrator_core.convert.content.markdown.anchors import may_hold_markers, without_anchors
from migrator_core.convert.content.markdown.artifacts import convert_artifacts
from migrator_core.convert.content.markdown.code import split_code
from migrator_core.convert.content.markdown.thinking import split_reasoning
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.content.pieces import NOTHING, Part, Pieces, together
from migrator_core.convert.content.text_items import message_items, reasoning_item
from migrator_core.outcome import Notice, WarningCode

_MARKS = ("](", "://", "data:image/", "<think>", ":::", "\\u")
"""All that is looked for below begins with one of these, or is an anchor."""

_UI_MARKER = re.compile(r"\\ui\{[^{}\n]{1,500}\}")


def convert_text(part: Part, context: PartContext) -> Pieces:
    """The text as it is, from a string or from ``{value, annotations}``.

    A blank part shows nothing, as in LibreChat. What an answer's text marks up (reasoning,
    artifacts, links to files, citations) takes Open WebUI's form.
    """
    if isinstance(part.payload, str) and _is_unmarked(part.payload):
        return Pieces(part.payload, plain=True) if part.payload.strip() else NOTHING
    text = text_of(part.payload)
    if text is None and part.type == "text_delta":
        text = text_of(part.fields.get("text"))
    if text is None:
        return convert_unknown(part, context)
    annotations = read_annotations(part.payload)
    if not text.strip() and not annotations.rest:
        return NOTHING
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


def _is_unmarked(text: str) -> bool:
    """Whether a text holds nothing that any converter would look at a second time."""
    for mark in _MARKS:
        if mark in text:
            return False
    return not may_hold_markers(text)


def _visible(
    text: str, context: PartContext, known: Mapping[str, str], *, markers: bool = False
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
    result = "".join(
        piece if code else _UI_MARKER.sub("", piece) for piece, code in split_code(text)
    )
    if context.attachments.show_interface or result == text:
        return result, ()
    detail = f"{context.where}: a tool's user interface is not in the backup"
    return result, (Notice(WarningCode.PART_NOT_CONVERTED, detail),)


def _joined(pieces: list[Pieces]) -> Pieces:
    """One text part's pieces as one; with reasoning among them, all text is in ``output``."""
    told = [piece for piece in pieces if piece is not NOTHING]
    if len(told) == 1:
        return told[0]
    text = "\n\n".join(piece.text for piece in told if piece.text.strip())
    if not any(piece.output for piece in told):
        return together(told, text)
    items = (piece.output or message_items(piece.text) for piece in told)
    return together(told, text, chain.from_iterable(items))

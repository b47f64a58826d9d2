"""What a model thought before it answered, as Open WebUI's ``reasoning`` items.

Form: ``utils/middleware.py`` and ``structuredOutput.ts`` of Open WebUI 0.12. LibreChat never
stored how long it took, so there is no ``duration``.
"""

from __future__ import annotations

import re

from migrator_core.chat_document import StatusLine
from migrator_core.convert.content.markup import Fences
from migrator_core.convert.content.pieces import Part, PartContext, Pieces
from migrator_core.convert.content.unknown import convert_unknown, text_of
from migrator_core.convert.text import single_line
from migrator_core.output_items import ReasoningItem

_OPENING = re.compile(r"<think>|^[ \t]*:::thinking(?=[ \t]*\r?$)", re.MULTILINE)
_CONTAINER_END = re.compile(r"^[ \t]*:{3,}[ \t]*\r?$", re.MULTILINE)
_MAX_LABEL = 200


def convert_think(part: Part, context: PartContext) -> Pieces:
    """A ``think`` part: a string or ``{value}``; its label, if it has one, as a status line."""
    text = text_of(part.payload)
    if text is None:
        return convert_unknown(part, context)
    label = part.fields.get("reasoning_label")
    line = single_line(label, limit=_MAX_LABEL) if isinstance(label, str) else ""
    status: tuple[StatusLine, ...] = ({"description": line, "done": True},) if line else ()
    if not text.strip():
        return Pieces(status=status)
    return Pieces(output=(reasoning_item(context.citations.replace(text)),), status=status)


def reasoning_item(text: str) -> ReasoningItem:
    """An ``output`` item that shows as "Thought" and is not replayed to most models."""
    return {
        "type": "reasoning",
        "id": "",
        "status": "completed",
        "start_tag": "<think>",
        "end_tag": "</think>",
        "attributes": {"type": "reasoning_content"},
        "content": [{"type": "output_text", "text": text.strip()}],
        "summary": None,
    }


def split_reasoning(text: str) -> list[tuple[str, bool]]:
    """An answer in pieces, each with whether it is reasoning.

    Reasoning stands between ``<think>`` and ``</think>`` (models that people host themselves) or
    in a ``:::thinking`` container (LibreChat 0.7.6). An answer that was cut off may lack the end,
    which counts only where the text begins with it. Tags that a text merely mentions, in code or
    within a line, are text.
    """
    if "<think>" not in text and ":::thinking" not in text:
        return [(text, False)]
    pieces: list[tuple[str, bool]] = []
    done = position = 0
    begin = len(text) - len(text.lstrip())
    fences = Fences()
    unclosed: set[str] = set()
    while position < len(text):
        end = text.find("\n", position) + 1 or len(text)
        block = None
        if not fences.run:
            block = _block(text, position, end, unclosed, begin)
        if block is None:
            fences.feed(text[position:end])
            position = end
            continue
        start, inside, close, after = block
        pieces += [(text[done:start], False), (text[inside:close], True)]
        done = position = after
    pieces.append((text[done:], False))
    return _tidied(pieces)


def _block(
    text: str, position: int, end: int, unclosed: set[str], begin: int
) -> tuple[int, int, int, int] | None:
    """Where a block that opens in this line starts, its inside starts and ends, and it ends."""
    opening = _OPENING.search(text, position, end)
    if opening is None or text.count("`", position, opening.start()) % 2:
        return None
    container = opening[0] != "<think>"
    begins_line = not text[position : opening.start()].strip()
    if container and not begins_line:
        return None
    closing = None if opening[0] in unclosed else _closing(text, opening.end(), container=container)
    if closing is None:
        unclosed.add(opening[0])
        if opening.start() + _indent(opening[0]) != begin:
            return None
        return opening.start(), opening.end(), len(text), len(text)
    close, after = closing
    if not begins_line:
        rest = text[after:end]
        if after <= end and rest.strip():
            return None  # a sentence about the tags
    return opening.start(), opening.end(), close, after


def _indent(opening: str) -> int:
    return len(opening) - len(opening.lstrip())


def _closing(text: str, position: int, *, container: bool) -> tuple[int, int] | None:
    if not container:
        place = text.find("</think>", position)
        return (place, place + len("</think>")) if place >= 0 else None
    line = _CONTAINER_END.search(text, position)
    return line.span() if line is not None else None


def _tidied(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Without blank pieces, and without the blank lines that only set reasoning apart."""
    last = len(pieces) - 1
    result = []
    for place, (piece, thought) in enumerate(pieces):
        text = piece
        if not thought and place > 0:
            text = text.lstrip("\r\n")
        if not thought and place < last:
            text = text.rstrip()
        if text.strip():
            result.append((text, thought))
    return result

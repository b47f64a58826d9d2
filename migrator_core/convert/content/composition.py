"""The pieces of a message put together: its visible text and its ``output`` (Open WebUI 0.12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from migrator_core.chat_document import ChatMessage, FileItem, ShownFields, SourceEntry
from migrator_core.convert.cleaning import MAX_DEPTH, clean_json, clean_text
from migrator_core.convert.content.pieces import Pieces
from migrator_core.convert.content.text_items import message_items
from migrator_core.convert.content.tools.call_items import number_calls
from migrator_core.convert.content.tools.code_items import code_executions
from migrator_core.output_items import OutputItem

_ID_PREFIXES: Mapping[str, str] = MappingProxyType(
    {"message": "msg", "reasoning": "r", "open_webui:context_compaction": "cc"}
)
"""How Open WebUI's own ids of ``output`` items begin (0.12, ``utils/middleware.py``)."""


def fill(message: ChatMessage, pieces: Sequence[Pieces], sources: Sequence[SourceEntry]) -> bool:
    """Put the pieces into the message, in a form that every database stores.

    Whether something had to be repaired for that.
    """
    fields = _fields(pieces, sources, message["id"])
    if not fields:  # most messages are nothing but text
        text = visible_text(pieces, ())
        message["content"] = clean_text(text)
        return message["content"] != text
    stored: ShownFields = clean_json(fields, max_depth=MAX_DEPTH + 1)
    text = visible_text(pieces, stored.get("output", []))
    message["content"] = clean_text(text)
    if "output" in stored:
        message["output"] = stored["output"]
    if "code_executions" in stored:
        message["code_executions"] = stored["code_executions"]
    if "files" in stored:
        message["files"] = stored["files"]
    if "sources" in stored:
        message["sources"] = stored["sources"]
    if "statusHistory" in stored:
        message["statusHistory"] = stored["statusHistory"]
    return message["content"] != text or stored != fields


def _fields(
    pieces: Sequence[Pieces], sources: Sequence[SourceEntry], message_id: str
) -> ShownFields:
    fields: ShownFields = {}
    if output := compose_output(pieces, message_id):
        fields["output"] = output
        if executions := code_executions(output):
            fields["code_executions"] = executions
    if files := _distinct([item for piece in pieces for item in piece.files]):
        fields["files"] = files
    if sources:
        fields["sources"] = list(sources)
    if status := [line for piece in pieces for line in piece.status]:
        fields["statusHistory"] = status
    return fields


def compose_output(pieces: Sequence[Pieces], message_id: str) -> list[OutputItem]:
    """The ``output`` items, or none where plain text says it all.

    Where there are items, Open WebUI shows nothing else, so all text has to be among them.
    """
    if not any(piece.output for piece in pieces):
        return []
    items: list[OutputItem] = []
    run: list[str] = []
    for piece in pieces:
        if piece.output:
            items += (*message_items("\n\n".join(run)), *piece.output)
            run = []
        elif piece.text.strip():
            run.append(piece.text)
    items += message_items("\n\n".join(run))
    number_calls(items, message_id)
    for place, item in enumerate(items):
        item["id"] = item["id"] or f"{_ID_PREFIXES[item['type']]}_{message_id}_{place}"
    return items


def visible_text(pieces: Sequence[Pieces], output: Sequence[OutputItem]) -> str:
    """The text alone: with ``output`` what Open WebUI's ``get_output_text`` makes of it."""
    if not output:
        return "\n\n".join([piece.text for piece in pieces if piece.text.strip()])
    texts = (
        "".join(part["text"] for part in item["content"])
        for item in output
        if item["type"] == "message"
    )
    return "\n".join(text for text in texts if text.strip())


def _distinct(items: Iterable[FileItem]) -> list[FileItem]:
    """Files once each: a picture may be both a file and a part of a message."""
    kept: dict[str, FileItem] = {}
    for item in items:
        kept.setdefault(item["id"], item)
    return list(kept.values())

"""What subagents said: ``tool_call.subagent_content``, a list of parts like a message's own.

LibreChat shows it within the call's card and sends models the result alone (main of 2026-08,
``SubagentBody``). So it stands behind the call's result here, where people see it and models are
not sent it.
"""

from __future__ import annotations

from collections.abc import Iterable

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.markdown.anchors import spelled_out
from migrator_core.convert.content.markdown.blocks import quoted
from migrator_core.convert.content.part_types import convert_part
from migrator_core.convert.content.pieces import Part, Pieces, together
from migrator_core.convert.content.reading import read_parts
from migrator_core.convert.content.text_items import message_items
from migrator_core.convert.content.tools.arguments import json_text
from migrator_core.output_items import InputText, OutputItem, OutputText

HEADING = "Transcript of the subagent:"
_MAX_DEPTH = 5
"""LibreChat lets subagents call others up to this depth (``MAX_SUBAGENT_DEPTH``)."""


def convert_whole(part: Part, context: PartContext, depth: int = 0) -> Pieces:
    """What a part becomes, with what a subagent said within it."""
    pieces = convert_part(part, context)
    call = part.payload if isinstance(part.payload, dict) else part.fields
    content = call.get("subagent_content") if part.type == "tool_call" else None
    if not content or context.role == "user":
        return pieces
    if depth == _MAX_DEPTH:
        return _with_transcript(pieces, [], json_text(content))
    inner = [convert_whole(entry, context, depth + 1) for entry in read_parts(content)]
    text = "\n\n".join(told for told in map(_told, inner) if told.strip())
    return _with_transcript(pieces, inner, text) if text else pieces


def _with_transcript(pieces: Pieces, inner: list[Pieces], text: str) -> Pieces:
    # Its text and its status lines are not the answer's own.
    found = Pieces(
        files=tuple(item for piece in inner for item in piece.files),
        file_ids=tuple(file_id for piece in inner for file_id in piece.file_ids),
        embedded=tuple(file for piece in inner for file in piece.embedded),
        notices=tuple(notice for piece in inner for notice in piece.notices),
    )
    text = f"{HEADING}\n\n{spelled_out(text)}"
    output: list[OutputItem] = list(pieces.output)
    result = next((item for item in output if item["type"] == "function_call_output"), None)
    if result is None:
        shown = quoted(text)
        return together([pieces, found], pieces.text, [*output, *message_items(shown)])
    said = "".join(entry["text"] for entry in result["output"])
    added: OutputText = {"type": "output_text", "text": f"\n\n{text}" if said else text}
    place = output.index(result)
    output[place] = {**result, "output": [*result["output"], added]}
    return together([pieces, found], pieces.text, output)


def _told(pieces: Pieces) -> str:
    """Pieces as plain text: within a tool's result, nothing is read as Markdown."""
    if not pieces.output:
        return pieces.text
    return "\n\n".join(told for told in map(_item_text, pieces.output) if told.strip())


def _item_text(item: OutputItem) -> str:
    match item["type"]:
        case "reasoning":
            return f"Thought: {_joined(item['content'])}"
        case "function_call":
            return f"Called {item['name']} with {item['arguments']}"
        case "function_call_output":
            result = _joined(item["output"])
            return f"Result: {result}" if result.strip() else ""
        case "open_webui:code_interpreter":
            printed = item["output"]["stdout"] + item["output"]["stderr"]
            return f"Ran {item['name']}:\n{item['code']}\n\nResult: {printed}"
        case "open_webui:context_compaction":
            return item["summary"]
    return _joined(item["content"])


def _joined(entries: Iterable[InputText | OutputText]) -> str:
    return "".join(entry["text"] for entry in entries)

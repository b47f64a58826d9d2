"""What tools attached to an answer (LibreChat 0.7.6 to 0.8.8, ``attachments`` of a message).

Searches are read by :mod:`..citations.searches`; everything else is shown here.
"""

from __future__ import annotations

from collections.abc import Mapping

from migrator_core.convert.cleaning import clean_text, single_line
from migrator_core.convert.content.citations.searches import is_search
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import block
from migrator_core.convert.content.file_references.embedded import embedded_file
from migrator_core.convert.content.file_references.showing import (
    attach,
    attach_entry,
    remote_link,
)
from migrator_core.convert.content.markdown.blocks import escaped, fenced
from migrator_core.convert.content.payload import text_of
from migrator_core.convert.content.pieces import Pieces
from migrator_core.convert.files.content_types import safe_content_type
from migrator_core.convert.files.data_urls import DataError, decoded
from migrator_core.convert.files.file_link import file_link

_MAX_LINE = 2000
_FILE_KEYS = ("file_id", "filepath", "filename")
_LINKS = frozenset({"messageId", "conversationId", "toolCallId", "user"})
"""What ties an attachment to its place, which is known."""


def convert_attachments(context: PartContext) -> list[Pieces]:
    """All attachments of the message, as far as they are not told by its sources."""
    return [piece for entry in context.attachments.entries for piece in _shown(entry, context)]


def _shown(entry: object, context: PartContext) -> list[Pieces]:
    if entry is None or is_search(entry):
        return []
    if not isinstance(entry, dict):
        return [block("attachment", entry, context.where)]
    memory = entry.get("memory")
    if isinstance(memory, dict):
        return [_memory(memory)]
    resources = entry.get("ui_resources")
    if resources:
        return [_resource(resource, context) for resource in _list(resources) if resource]
    if any(isinstance(entry.get(key), str) and entry[key].strip() for key in _FILE_KEYS):
        return [attach_entry(entry, context)]
    return _unknown(entry, context)


def _unknown(entry: Mapping[str, object], context: PartContext) -> list[Pieces]:
    told = {key: value for key, value in entry.items() if key not in _LINKS}
    if not any(value for key, value in told.items() if key not in {"type", "name"}):
        return []
    kind = told.get("type")
    return [block(f"attachment: {kind if isinstance(kind, str) else 'data'}", told, context.where)]


def _list(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def _memory(memory: Mapping[str, object]) -> Pieces:
    """What the assistant remembered: a status line, which models are not sent."""
    key, value = (
        single_line(text_of(memory.get(name)), limit=_MAX_LINE) for name in ("key", "value")
    )
    kind = memory.get("type")
    told = {"update": "Memory updated", "delete": "Memory deleted", "error": "Memory error"}
    words = told.get(kind, "Memory") if isinstance(kind, str) else "Memory"
    details = " = ".join(text for text in (key, value) if text)
    line = f"{words}: {details}" if details else words
    return Pieces(status=({"action": "memory", "description": line, "done": True},))


def _resource(resource: object, context: PartContext) -> Pieces:
    """An interactive resource of a tool, as a code block that opens as an artifact.

    Not as an embed: those may write into the chat in the reader's name (Open WebUI 0.12,
    ``FullHeightIframe.svelte``).
    """
    if isinstance(resource, dict) and isinstance(resource.get("resource"), dict):
        resource = resource["resource"]
    if not isinstance(resource, dict):
        return block("attachment: ui_resources", resource, context.where)
    kind = safe_content_type(text_of(resource.get("mimeType")))
    text, blob = resource.get("text"), resource.get("blob")
    if isinstance(text, str) and text.strip():
        return _text_resource(
            text, kind, single_line(text_of(resource.get("uri")), limit=_MAX_LINE)
        )
    if isinstance(blob, str) and blob.strip():
        return _stored_resource(blob, kind, context)
    return block("attachment: ui_resources", resource, context.where)


def _text_resource(text: str, kind: str, uri: str) -> Pieces:
    if kind == "text/uri-list":
        link = remote_link(_first_address(text), uri or "resource")
        if link is not None:
            return Pieces(text=link)
    heading = f"**{escaped(uri)}**\n\n" if uri else ""
    return Pieces(text=heading + fenced(clean_text(text), "html" if kind == "text/html" else ""))


def _stored_resource(blob: str, kind: str, context: PartContext) -> Pieces:
    try:
        file = embedded_file(decoded(blob), kind, context)
    except DataError as error:
        return block("attachment: ui_resources", str(error), context.where)
    shown = attach(file_link(file.row), context)
    return Pieces(files=shown.files, file_ids=shown.file_ids, embedded=(file,))


def _first_address(text: str) -> str:
    """The first address of a list (RFC 2483), where lines with ``#`` are comments."""
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")

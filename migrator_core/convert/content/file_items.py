"""References to files, as entries of a message's ``files`` (Open WebUI 0.12).

They look exactly as Open WebUI's own upload makes them (``MessageInput.svelte``): the bare file id
as ``url`` and a ``content_type``, from which the front end builds the address of the content.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid5

from migrator_core.chat_document import FileItem, Role
from migrator_core.convert.content.pieces import PartContext, Pieces
from migrator_core.convert.content.unknown import text_of
from migrator_core.convert.files.file_records import FileLink
from migrator_core.convert.ids import NAMESPACE
from migrator_core.convert.text import single_line
from migrator_core.outcome import Notice, WarningCode

MAX_NAME = 200


def content_url(target_id: str) -> str:
    """Where Open WebUI serves the file's bytes."""
    return f"/api/v1/files/{target_id}/content"


def file_item(link: FileLink, role: Role, message_id: str) -> FileItem:
    """An entry of a message's ``files``.

    Images of answers are shown from ``url`` as it stands (``ResponseMessage.svelte``), so it has
    to be the whole address there.
    """
    direct = role == "assistant" and link.content_type.lower().startswith("image/")
    item: FileItem = {
        "type": "file",
        "id": link.target_id,
        "url": content_url(link.target_id) if direct else link.target_id,
        "name": link.filename,
        "size": link.size,
        "content_type": link.content_type,
        "collection_name": "",
        "status": "uploaded",
        "error": "",
        "itemId": str(uuid5(NAMESPACE, f"item:{message_id}:{link.target_id}")),
        "file": {
            "id": link.target_id,
            "filename": link.filename,
            "meta": {
                "name": link.filename,
                "content_type": link.content_type,
                "size": link.size,
            },
        },
    }
    if link.has_text and is_document(item):
        item["context"] = "full"  # nothing is indexed, so only the whole text can reach a model
    return item


def is_document(item: FileItem) -> bool:
    """Whether Open WebUI sends the item with every turn (a chat-level file) rather than shows it.

    The same rule as ``isRasterImageContentType`` of its front end (0.12).
    """
    base = item["content_type"].split(";")[0].strip().lower()
    return not base.startswith("image/") or base == "image/svg+xml"


def link_of(entry: object, context: PartContext) -> FileLink | None:
    """The migrated file that an entry means: a file record, a search source or a bare id.

    A record without a usable id is found by its path, which is unique as well.
    """
    found = file_id_of(entry)
    link = context.files.get(found) if found is not None else None
    if link is None and isinstance(entry, Mapping):
        path = entry.get("filepath")
        link = context.paths.get(path.split("?", 1)[0]) if isinstance(path, str) else None
    return link


def shown_file(entry: object, context: PartContext) -> Pieces:
    """The entry as a file of the message, or its name as text where it was not migrated."""
    link = link_of(entry, context)
    if link is None:
        return lost_file(entry, context)
    item = file_item(link, context.role, context.message_id)
    return Pieces(files=(item,), file_ids=(link.target_id,))


def lost_file(entry: object, context: PartContext) -> Pieces:
    """What stands in a message for a file that was not migrated, or not for this owner."""
    name = name_of(entry) or single_line(file_id_of(entry), limit=MAX_NAME)
    name = name or "file without a name"
    notice = Notice(WarningCode.FILE_REFERENCE_LOST, f"{context.where}: {name}")
    return Pieces(text=f"📎 {name} (file not migrated)", notices=(notice,))


def file_id_of(entry: object) -> str | None:
    """From a copy of a file record, a search source, or an id that stands alone."""
    if isinstance(entry, Mapping):
        entry = entry.get("file_id") or entry.get("fileId")
    text = None if isinstance(entry, Mapping) else text_of(entry)
    return text.strip() or None if text is not None else None


def name_of(entry: object) -> str:
    """The name a person knows the file by; empty where the entry has none."""
    if not isinstance(entry, Mapping):
        return single_line(entry, limit=MAX_NAME) if isinstance(entry, str) else ""
    for key in ("filename", "name", "fileName", "filepath"):
        value = entry.get(key)
        # Remote addresses carry signatures that are none of a reader's business.
        if isinstance(value, str) and value.strip():
            path = value.split("?", 1)[0] if key == "filepath" else value
            name = path.rsplit("/", 1)[-1] if key == "filepath" else path
            return single_line(name, limit=MAX_NAME)
    return ""

"""References to files, as entries of a message's ``files`` (Open WebUI 0.12).

They look exactly as Open WebUI's own upload makes them (``MessageInput.svelte``): the bare file id
as ``url`` and a ``content_type``, from which the front end builds the address of the content.
"""

from __future__ import annotations

from uuid import uuid5

from migrator_core.chat_document import FileItem, Role
from migrator_core.convert.files.file_link import FileLink, content_url
from migrator_core.convert.ids import NAMESPACE


def file_item(link: FileLink, role: Role, message_id: str) -> FileItem:
    """An entry of a message's ``files``.

    Images of answers are shown from ``url`` as it stands (``ResponseMessage.svelte``), so it has
    to be the whole address there.
    """
    direct = role == "assistant" and link.is_image
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
    return not is_picture(item["content_type"])


def is_picture(content_type: str) -> bool:
    """Whether it is shown as a picture. SVG is not: a browser would run what is in it."""
    base = content_type.split(";", maxsplit=1)[0].strip().lower()
    return base.startswith("image/") and base != "image/svg+xml"

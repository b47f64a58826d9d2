"""Parts of type ``image_file`` and ``image_url``: pictures."""

from __future__ import annotations

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.file_references.lookup import find_link, link_of, name_of
from migrator_core.convert.content.file_references.showing import (
    lost_file,
    show_address,
    show_file,
)
from migrator_core.convert.content.payload import address_of
from migrator_core.convert.content.pieces import Part, Pieces


def convert_image_file(part: Part, context: PartContext) -> Pieces:
    """A picture by its file record: ``file_id``, else ``filepath``."""
    record = part.payload if isinstance(part.payload, dict) else {"file_id": part.payload}
    file_id, filepath, filename = (
        value if isinstance(value, str) else ""
        for value in (record.get("file_id"), record.get("filepath"), record.get("filename"))
    )
    if not (file_id or filepath or filename):
        return convert_unknown(part, context)
    link = link_of(record, context) or find_link(filepath, context)
    if link is None:
        return lost_file(record, context)
    return show_file(link, context, name_of(record))


def convert_image_url(part: Part, context: PartContext) -> Pieces:
    """A picture by its address: on the web, in LibreChat, or holding the picture itself."""
    address = address_of(part.payload)
    if not address.strip():
        return convert_unknown(part, context)
    return show_address(address, "image", part, context)

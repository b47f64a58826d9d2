"""Pictures as parts of a message.

At a question they are ``files`` as Open WebUI's own upload makes them, which is how they reach the
model again; in an answer they stand where they stood, as Markdown, which every version shows
beside ``output`` (Open WebUI 0.10 to 0.12, ``MarkdownInlineTokens.svelte``).
"""

from __future__ import annotations

from migrator_core.convert.content.embedded import EmbeddedError, from_data_url, is_data_url
from migrator_core.convert.content.file_items import file_item, link_of, lost_file, name_of
from migrator_core.convert.content.inline_links import find_link
from migrator_core.convert.content.links import lost, markdown_link, remote_link
from migrator_core.convert.content.markup import escaped
from migrator_core.convert.content.pieces import Part, PartContext, Pieces
from migrator_core.convert.content.unknown import convert_unknown
from migrator_core.convert.files.file_records import FileLink, file_link
from migrator_core.rows import EmbeddedFile


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
    payload = part.payload
    address = payload.get("url") if isinstance(payload, dict) else payload
    if not isinstance(address, str) or not address.strip():
        return convert_unknown(part, context)
    return show_address(address, "image", part, context)


def show_address(address: str, label: str, part: Part, context: PartContext) -> Pieces:
    """Whatever an address leads to, as a file or a link; ``label`` is its name for people."""
    if is_data_url(address):
        try:
            return show_embedded(from_data_url(address, context), context)
        except EmbeddedError as error:
            return lost(f"{label}: {error}", context)
    link = find_link(address, context)
    if link is not None:
        return show_file(link, context)
    remote = remote_link(address, label)
    if remote is not None:
        return Pieces(text=remote)
    return convert_unknown(part, context)


def show_embedded(file: EmbeddedFile, context: PartContext) -> Pieces:
    """A file that stood in the message."""
    shown = show_file(file_link(file.row), context)
    return Pieces(text=shown.text, files=shown.files, file_ids=shown.file_ids, embedded=(file,))


def show_file(link: FileLink, context: PartContext, label: str = "") -> Pieces:
    """A migrated file, where the part stands; ``label`` is what the message calls it."""
    if context.role == "user":
        item = file_item(link, context.role, context.message_id)
        return Pieces(files=(item,), file_ids=(link.target_id,))
    words = escaped(label) if label else None
    return Pieces(text=markdown_link(link, words), file_ids=(link.target_id,))

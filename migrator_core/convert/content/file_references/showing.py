"""How a message shows a file: an entry of its ``files``, Markdown, or words for a lost one.

At a question, pictures are ``files`` as Open WebUI's own upload makes them, which is how they
reach the model again; in an answer they stand where they stood, as Markdown, which every version
shows beside ``output`` (Open WebUI 0.10 to 0.12, ``MarkdownInlineTokens.svelte``).
"""

from __future__ import annotations

import re
from urllib.parse import quote

from migrator_core.chat_document import LOST_FILE
from migrator_core.convert.cleaning import clean_text, single_line
from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fallback import convert_unknown
from migrator_core.convert.content.file_references.embedded import file_in_data_url
from migrator_core.convert.content.file_references.file_items import file_item
from migrator_core.convert.content.file_references.lookup import (
    MAX_NAME,
    file_id_of,
    find_link,
    link_of,
    name_of,
)
from migrator_core.convert.content.markdown.blocks import escaped
from migrator_core.convert.content.pieces import Part, Pieces
from migrator_core.convert.files.data_urls import DataError, is_data_url
from migrator_core.convert.files.file_link import FileLink, content_url, file_link
from migrator_core.convert.result import notice
from migrator_core.outcome import WarningCode
from migrator_core.rows import EmbeddedFile

_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)


def show_address(address: str, label: str, part: Part, context: PartContext) -> Pieces:
    """Whatever an address leads to, as a file or a link; ``label`` is its name for people."""
    if is_data_url(address):
        try:
            return show_embedded(file_in_data_url(address, context), context)
        except DataError as error:
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
        return attach(link, context)
    words = escaped(label) if label else None
    return Pieces(text=markdown_link(link, words), file_ids=(link.target_id,))


def attach_entry(entry: object, context: PartContext) -> Pieces:
    """The entry as a file of the message, or its name as text where it was not migrated."""
    link = link_of(entry, context)
    return lost_file(entry, context) if link is None else attach(link, context)


def attach(link: FileLink, context: PartContext) -> Pieces:
    """A migrated file among the message's ``files``."""
    item = file_item(link, context.role, context.message_id)
    return Pieces(files=(item,), file_ids=(link.target_id,))


def lost_file(entry: object, context: PartContext) -> Pieces:
    """What stands in a message for a file that was not migrated, or not for this owner."""
    return lost(name_of(entry) or file_id_of(entry) or "", context)


def lost(name: str, context: PartContext) -> Pieces:
    """The words that stand for a file that is not there, with the warning."""
    label = single_line(name, limit=MAX_NAME) or "file without a name"
    return Pieces(
        text=label.join(LOST_FILE),
        notices=(notice(WarningCode.FILE_REFERENCE_LOST, f"{context.where}: {label}"),),
    )


def markdown_link(link: FileLink, label: str | None = None, *, image: bool | None = None) -> str:
    """The file as a picture, or as a link. ``label`` is Markdown; by default the file's name."""
    words = escaped(link.filename) if label is None else label
    shown = link.is_image if image is None else image and link.is_image
    return f"{'!' if shown else ''}[{words}]({content_url(link.target_id)})"


def remote_link(address: str, label: str) -> str | None:
    """A link to an address on the web; None where it is none that a browser should open."""
    address = clean_text(address).strip()
    if not _WEB.match(address):
        return None
    target = quote(address, safe="%/:?#[]@!$&'*+,;=~.-_")
    return f"[{escaped(label)}]({target})"

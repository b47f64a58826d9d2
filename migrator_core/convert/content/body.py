"""All that a message says, in its order, as pieces.

Its text and the parts of its ``content``, what old versions kept beside them, quotations,
attachments and files.
"""

from __future__ import annotations

from collections.abc import Sequence

from migrator_core.convert.content.context import PartContext
from migrator_core.convert.content.fields.attachments import convert_attachments
from migrator_core.convert.content.fields.files import convert_files
from migrator_core.convert.content.file_references.lookup import link_of
from migrator_core.convert.content.markdown.blocks import fenced_json, quoted
from migrator_core.convert.content.payload import address_of
from migrator_core.convert.content.pieces import Part, Pieces
from migrator_core.convert.content.reading import read_parts
from migrator_core.convert.content.transcripts import convert_whole
from migrator_core.convert.files.data_urls import is_data_url
from migrator_core.librechat.documents.message import Message


def convert_body(message: Message, parts: Sequence[Part], context: PartContext) -> list[Pieces]:
    """What the message says; ``parts`` are those of its ``content``."""
    return [
        *_quotations(message),
        *_said(message, parts, context),
        *convert_attachments(context),
        *convert_files(message.files, context),
    ]


def _quotations(message: Message) -> list[Pieces]:
    """What the question quotes (LibreChat 0.8.7), which is not part of its text."""
    quotes = [
        quote.get("text") or quote if isinstance(quote, dict) else quote
        for quote in message.quotes
        if not _is_nothing(quote)
    ]
    return [
        Pieces(text=quoted(quote) if isinstance(quote, str) else fenced_json(quote))
        for quote in quotes
    ]


def _said(message: Message, parts: Sequence[Part], context: PartContext) -> list[Pieces]:
    """The parts; ``text`` as well unless they hold text, which makes it stale."""
    older = [*_old_pictures(message, parts, context), *_plugins(message)]
    pieces = [convert_whole(part, context) for part in (*parts, *older)]
    if _is_nothing(message.text) or any(piece.plain for piece in pieces):
        return pieces
    own = convert_whole(Part("text", message.text, {"text": message.text}), context)
    # People write first and attach then; models use their tools first and answer then.
    return [own, *pieces] if context.role == "user" else [*pieces, own]


def _old_pictures(message: Message, parts: Sequence[Part], context: PartContext) -> list[Part]:
    """``image_urls`` of old versions, unless they only repeat the message's own pictures.

    They were what the model was sent: the files, in Base64.
    """
    if not message.image_urls:
        return []
    links = (link_of(entry, context) for entry in message.files)
    shown = any(part.type == "image_url" for part in parts) or any(
        link is not None and link.is_image for link in links
    )
    pictures = read_parts(message.image_urls)
    return [part for part in pictures if not (shown and is_data_url(address_of(part.payload)))]


def _plugins(message: Message) -> list[Part]:
    """What plugins of LibreChat before 0.8.6 left beside ``content``; usually empty shells."""
    found = []
    if message.plugin and any(not _is_nothing(value) for value in message.plugin.values()):
        found.append(Part("plugin", message.plugin, {"plugin": message.plugin}))
    if message.plugins:
        found.append(Part("plugins", message.plugins, {"plugins": message.plugins}))
    return found


def _is_nothing(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return True
    return not value and value in ("", [], {})

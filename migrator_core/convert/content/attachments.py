"""Files that people attached, and what tools attached to answers."""

from __future__ import annotations

from collections.abc import Iterable

from migrator_core.chat_document import Role
from migrator_core.convert.content.attached import show_attachment
from migrator_core.convert.content.file_items import file_item, is_document, link_of, lost_file
from migrator_core.convert.content.pieces import PartContext, Pieces
from migrator_core.librechat.documents.message import Message

__all__ = ["convert_attachments", "convert_files", "is_document"]


def convert_files(
    entries: Iterable[object], role: Role, message_id: str, context: PartContext
) -> list[Pieces]:
    """The ``files`` of a message, whose id in the chat is ``message_id``.

    A reference to a file that was not migrated, or not for this owner, leaves its name as text.
    """
    found: dict[str, Pieces] = {}
    lost: list[Pieces] = []
    for entry in entries:
        if entry is None:
            continue
        link = link_of(entry, context)
        if link is not None:
            item = file_item(link, role, message_id)
            found[link.target_id] = Pieces(files=(item,), file_ids=(link.target_id,))
        else:
            lost.append(lost_file(entry, context))
    return [*found.values(), *lost]


def convert_attachments(message: Message, context: PartContext) -> list[Pieces]:
    """What tools attached to an answer, as far as it is no search (see ``context.citations``)."""
    return [piece for entry in message.attachments for piece in show_attachment(entry, context)]

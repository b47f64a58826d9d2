"""Files that people attached, and what tools attached to answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from migrator_core.convert.content.attached import show_attachment
from migrator_core.convert.content.file_items import (
    file_id_of,
    file_item,
    is_document,
    link_of,
    lost_file,
)
from migrator_core.convert.content.pieces import PartContext, Pieces, Role
from migrator_core.source.models.message import Message

__all__ = ["convert_attachments", "convert_files", "is_document", "referenced_file_ids"]


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


def referenced_file_ids(message: Message) -> Iterator[str]:
    """LibreChat's ids of all files the message refers to, migrated or not; may repeat."""
    for entry in (*message.files, *message.attachments):
        yield from _ids_in(entry)
    content = message.content if isinstance(message.content, list) else [message.content]
    for part in content:
        if isinstance(part, dict):
            yield from _ids_in_part(part)


def _ids_in_part(part: Mapping[str, object]) -> Iterator[str]:
    yield from _ids_in(part.get("image_file"))
    call = part.get("tool_call")
    interpreter = call.get("code_interpreter") if isinstance(call, dict) else None
    outputs = interpreter.get("outputs") if isinstance(interpreter, dict) else None
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict):
            yield from _ids_in(output.get("image"))


def _ids_in(entry: object) -> Iterator[str]:
    own = file_id_of(entry)
    if own is not None:
        yield own
    search = entry.get("file_search") if isinstance(entry, dict) else None
    sources = search.get("sources") if isinstance(search, dict) else None
    for source in sources if isinstance(sources, list) else []:
        file_id = file_id_of(source)
        if file_id is not None:
            yield file_id

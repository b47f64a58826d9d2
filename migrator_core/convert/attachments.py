"""Files that people attached, and what tools attached to answers.

Items of a user message's ``files`` look exactly as Open WebUI's own upload makes them
(Open WebUI 0.12, ``MessageInput.svelte``): the bare file id as ``url`` and a ``content_type``,
from which the front end builds the address of the content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from uuid import uuid5

from migrator_core.convert.content.pieces import PartContext, Pieces, Role
from migrator_core.convert.content.unknown import block, text_of
from migrator_core.convert.files import FileLink
from migrator_core.convert.ids import NAMESPACE
from migrator_core.convert.text import single_line
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import JsonDict
from migrator_core.source.models.message import Message

_MAX_NAME = 200


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
        file_id = _file_id(entry)
        link = context.files.get(file_id) if file_id is not None else None
        if link is not None:
            item = file_item(link, role, message_id)
            found[link.target_id] = Pieces(files=(item,), file_ids=(link.target_id,))
        else:
            name = _name(entry) or single_line(file_id, limit=_MAX_NAME) or "file without a name"
            notice = Notice(WarningCode.FILE_REFERENCE_LOST, f"{context.where}: {name}")
            lost.append(Pieces(text=f"📎 {name} (file not migrated)", notices=(notice,)))
    return [*found.values(), *lost]


def file_item(link: FileLink, role: Role, message_id: str) -> JsonDict:
    """An entry of a message's ``files``.

    Images of answers are shown from ``url`` as it stands (``ResponseMessage.svelte``), so it has
    to be the whole address there.
    """
    direct = role == "assistant" and link.content_type.lower().startswith("image/")
    item: JsonDict = {
        "type": "file",
        "id": link.target_id,
        "url": f"/api/v1/files/{link.target_id}/content" if direct else link.target_id,
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


def is_document(item: JsonDict) -> bool:
    """Whether Open WebUI sends the item with every turn (a chat-level file) rather than shows it.

    The same rule as ``isRasterImageContentType`` of its front end (0.12).
    """
    base = str(item["content_type"]).split(";")[0].strip().lower()
    return not base.startswith("image/") or base == "image/svg+xml"


def convert_attachments(message: Message, where: str) -> list[Pieces]:
    """What tools attached to an answer (files, search results, ...), one block each."""
    return [
        block(f"attachment: {_kind(entry)}", _told(entry), where)
        for entry in message.attachments
        if entry is not None
    ]


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
    own = _file_id(entry)
    if own is not None:
        yield own
    search = entry.get("file_search") if isinstance(entry, dict) else None
    sources = search.get("sources") if isinstance(search, dict) else None
    for source in sources if isinstance(sources, list) else []:
        file_id = _file_id(source)
        if file_id is not None:
            yield file_id


def _file_id(entry: object) -> str | None:
    """From a copy of a file record, a search source, or an id that stands alone."""
    if isinstance(entry, dict):
        entry = entry.get("file_id") or entry.get("fileId")
    text = None if isinstance(entry, dict) else text_of(entry)
    return text.strip() or None if text is not None else None


def _name(entry: object) -> str:
    if not isinstance(entry, dict):
        return single_line(entry, limit=_MAX_NAME) if isinstance(entry, str) else ""
    for key in ("filename", "name", "filepath"):
        value = entry.get(key)
        # Remote addresses carry signatures that are none of a reader's business.
        if isinstance(value, str) and value.strip():
            path = value.split("?", 1)[0] if key == "filepath" else value
            name = path.rsplit("/", 1)[-1] if key == "filepath" else path
            return single_line(name, limit=_MAX_NAME)
    return ""


def _kind(entry: object) -> str:
    name = entry.get("type") if isinstance(entry, dict) else None
    if isinstance(entry, dict) and isinstance(entry.get("file_id"), str):
        return "file"
    return name if isinstance(name, str) else "data"


def _told(entry: object) -> object:
    """The attachment without its links to the message it stands in."""
    if not isinstance(entry, dict):
        return entry
    return {
        key: value for key, value in entry.items() if key not in {"messageId", "conversationId"}
    }

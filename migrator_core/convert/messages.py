"""One LibreChat message as a message of an Open WebUI chat (Open WebUI 0.12, ``history.messages``).

Where a message goes in the tree and when it was written is decided in :mod:`.chats`; here is what
it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrator_core.convert.attachments import convert_attachments, convert_files
from migrator_core.convert.content import Part, PartContext, Pieces, convert_part, read_parts
from migrator_core.convert.content.blocks import fenced_json, quoted
from migrator_core.convert.content.citations import read_citations
from migrator_core.convert.content.pieces import ChatScope, Role
from migrator_core.convert.text import clean_text, single_line
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import EmbeddedFile, JsonDict
from migrator_core.source.models.message import Message

ERROR_NOTE = "LibreChat recorded an error at this answer."
FAILED_NOTE = "This message could not be converted."
NO_QUESTION = "(no question: this branch begins with an answer)"

_USER_SENDERS = frozenset({"user", "human", "you"})
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in its chat; ``timestamp`` is in seconds, ``model`` Open WebUI's id.

    At a question, ``model`` is the one that answers it.
    """

    id: str
    parent: str | None
    children: tuple[str, ...]
    timestamp: int
    model: str


@dataclass(frozen=True, slots=True)
class ConvertedMessage:
    """An entry of ``history.messages``, and the target ids of the files it shows.

    ``embedded`` are files that have to be stored first: their bytes stood in the message.
    """

    message: JsonDict
    file_ids: tuple[str, ...] = ()
    embedded: tuple[EmbeddedFile, ...] = ()
    notices: tuple[Notice, ...] = ()


def role_of(message: Message) -> Role:
    """Who wrote it. ``sender`` counts only where ``isCreatedByUser`` is not there to tell."""
    if message.is_created_by_user is not None:
        return "user" if message.is_created_by_user else "assistant"
    return "user" if (message.sender or "").strip().lower() in _USER_SENDERS else "assistant"


def convert_message(
    message: Message, place: Place, scope: ChatScope, where: str
) -> ConvertedMessage:
    """Convert one message; ``where`` names it in notices."""
    role = role_of(message)
    context = _context(message, role, place, scope, where)
    pieces = [
        *_quotations(message),
        *_said(message, role, context),
        *convert_attachments(message, where),
        *convert_files(message.files, role, place.id, context),
    ]
    speaker = single_line(message.sender, limit=_MAX_NAME)
    speaker = speaker or single_line(message.model, limit=_MAX_NAME)
    result = skeleton(role, place, speaker=speaker)
    notices = _fill(result, pieces, context)
    if message.error and role == "assistant":
        # An object: Open WebUI takes a bare ``true`` for "the content is the error" and hides it.
        result["error"] = {"content": ERROR_NOTE}
    return ConvertedMessage(
        message=result,
        file_ids=tuple(file_id for piece in pieces for file_id in piece.file_ids),
        embedded=tuple(file for piece in pieces for file in piece.embedded),
        notices=tuple(dict.fromkeys(notices)),
    )


def _context(
    message: Message, role: Role, place: Place, scope: ChatScope, where: str
) -> PartContext:
    attachments = tuple(message.attachments)
    return PartContext(
        where=where,
        files=scope.files,
        attachments=attachments,
        paths=scope.paths,
        citations=read_citations(attachments, scope.files),
        user=scope.user,
        owner_id=scope.owner_id,
        conversation_id=scope.conversation_id,
        chat_id=scope.chat_id,
        message_id=place.id,
        role=role,
        endpoint=message.endpoint,
        timestamp=place.timestamp,
    )


def skeleton(role: Role, place: Place, *, content: str = "", speaker: str = "") -> JsonDict:
    """The fields every message of a chat has."""
    result: JsonDict = {
        "id": place.id,
        "parentId": place.parent,
        "childrenIds": list(place.children),
        "role": role,
        "content": content,
        "timestamp": place.timestamp,
    }
    if role == "user":
        # Exactly one: none hides the answers, several show them side by side.
        result["models"] = [place.model]
    else:
        result |= {
            "model": place.model,
            "modelName": speaker or place.model,
            "modelIdx": 0,
            "done": True,
        }
    return result


def _said(message: Message, role: Role, context: PartContext) -> list[Pieces]:
    """The parts of ``content``; ``text`` as well unless they hold text, which makes it stale."""
    parts = [*read_parts(message.content), *read_parts(message.image_urls), *_traces(message)]
    pieces = [convert_part(part, context) for part in parts]
    if any(piece.plain for piece in pieces) or _is_nothing(message.text):
        return pieces
    own = convert_part(Part("text", message.text, {"text": message.text}), context)
    # People write first and attach then; models use their tools first and answer then.
    return [own, *pieces] if role == "user" else [*pieces, own]


def _traces(message: Message) -> list[Part]:
    """What plugins of LibreChat before 0.8.6 left beside ``content``; usually empty shells."""
    found = []
    if any(not _is_nothing(value) for value in message.plugin.values()):
        found.append(Part("plugin", message.plugin, {"plugin": message.plugin}))
    if message.plugins:
        found.append(Part("plugins", message.plugins, {"plugins": message.plugins}))
    return found


def _is_nothing(value: object) -> bool:
    return value is None or isinstance(value, bool) or value in ("", [], {})


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


def _fill(result: JsonDict, pieces: Sequence[Pieces], context: PartContext) -> list[Notice]:
    """Put the pieces into the message and return their notices."""
    notices = [notice for piece in pieces for notice in piece.notices]
    raw = "\n\n".join(piece.text for piece in pieces if piece.text.strip())
    result["content"] = clean_text(raw)
    if result["content"] != raw:
        notices.append(Notice(WarningCode.TEXT_REPAIRED, context.where))
    lists = {
        "output": _output(pieces, result["id"]),
        "files": [item for piece in pieces for item in piece.files],
        "sources": [
            *context.citations.sources,
            *(source for piece in pieces for source in piece.sources),
        ],
    }
    result |= {key: value for key, value in lists.items() if value}
    return notices


def _output(pieces: Sequence[Pieces], message_id: str) -> list[JsonDict]:
    """The ``output`` items, or none where plain content says it all.

    Where there are any, Open WebUI shows nothing else, so all text has to be among them.
    """
    if not any(piece.output for piece in pieces):
        return []
    items: list[JsonDict] = []
    for place, piece in enumerate(pieces):
        items.extend(piece.output)
        if piece.text.strip() and not piece.output:
            items.append(
                {
                    "type": "message",
                    "id": f"msg_{message_id}_{place}",
                    "status": "completed",
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": clean_text(piece.text)}],
                }
            )
    return items

"""One LibreChat message as a message of an Open WebUI chat (Open WebUI 0.12, ``history.messages``).

Where a message goes in the tree and when it was written is decided in :mod:`.chats`; here is what
it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrator_core.chat_document import Answer, ChatMessage, Ending, Question, Role
from migrator_core.convert.content import Part, PartContext, Pieces, convert_part, read_parts
from migrator_core.convert.content.attachments import convert_attachments, convert_files
from migrator_core.convert.content.blocks import fenced_json, quoted
from migrator_core.convert.content.citations import read_citations
from migrator_core.convert.content.composition import fill
from migrator_core.convert.content.embedded import is_data_url
from migrator_core.convert.content.failures import error_sentence
from migrator_core.convert.content.file_items import file_id_of, link_of
from migrator_core.convert.content.links import is_image
from migrator_core.convert.content.pieces import ChatScope
from migrator_core.convert.text import single_line
from migrator_core.librechat.documents.message import Message
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import EmbeddedFile

ERROR_NOTE = "LibreChat recorded an error at this answer."
FAILED_NOTE = "This message could not be converted."
NO_QUESTION = "(no question: this branch begins with an answer)"

_USER_SENDERS = frozenset({"user", "human", "you"})
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in its chat; ``timestamp`` is in seconds, ``model`` Open WebUI's id.

    At a question, ``model`` is the one that answers it; ``models`` are those that answer it side
    by side, and ``column`` is the place of an answer among them.
    """

    id: str
    parent: str | None
    children: tuple[str, ...]
    timestamp: int
    model: str
    models: tuple[str, ...] = ()
    column: int = 0


@dataclass(frozen=True, slots=True)
class ConvertedMessage:
    """An entry of ``history.messages``, and the target ids of the files it shows.

    ``embedded`` are files that have to be stored first: their bytes stood in the message.
    """

    message: ChatMessage
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
        *convert_attachments(message, context),
        *convert_files(message.files, role, place.id, context),
    ]
    speaker = single_line(message.sender, limit=_MAX_NAME)
    speaker = speaker or single_line(message.model, limit=_MAX_NAME)
    result = skeleton(role, place, speaker=speaker)
    notices = [notice for piece in pieces for notice in piece.notices]
    if fill(result, pieces, context.citations.sources):
        notices.append(Notice(WarningCode.TEXT_REPAIRED, where))
    if result["role"] == "assistant":
        _finish(result, message)
    return ConvertedMessage(
        message=result,
        file_ids=tuple(file_id for piece in pieces for file_id in piece.file_ids),
        embedded=tuple(file for piece in pieces for file in piece.embedded),
        notices=tuple(dict.fromkeys(notices)),
    )


def _finish(answer: Answer, message: Message) -> None:
    """What went wrong, and how the answer ended unless it came to its end."""
    if message.error:
        answer["error"] = {"content": _error_sentence(message)}
    ending: Ending = {"unfinished": True} if message.unfinished else {}
    reason = single_line(message.finish_reason, limit=_MAX_NAME)
    if reason and reason != "stop":
        ending["finish_reason"] = reason
    if ending:
        answer["meta"] = {"librechat": ending}


def _error_sentence(message: Message) -> str:
    """What went wrong, as far as a code says it; its text is among the message's own."""
    texts = [
        message.text,
        *(
            value
            for part in read_parts(message.content)
            if part.type == "error"
            for value in (part.payload, part.fields.get("text"))
        ),
    ]
    sentences = (error_sentence(text) for text in texts)
    return next((sentence for sentence in sentences if sentence), ERROR_NOTE)


def _context(
    message: Message, role: Role, place: Place, scope: ChatScope, where: str
) -> PartContext:
    attachments = tuple(message.attachments)
    return PartContext(
        where=where,
        files=scope.files,
        attachments=attachments,
        paths=scope.paths,
        agents=scope.agents,
        citations=read_citations(attachments, scope.files),
        pictures=_pictures(message),
        user=scope.user,
        owner_id=scope.owner_id,
        conversation_id=scope.conversation_id,
        message_id=place.id,
        role=role,
        timestamp=place.timestamp,
    )


def _pictures(message: Message) -> frozenset[str]:
    shown = (part.payload for part in read_parts(message.content) if part.type == "image_file")
    return frozenset(file_id for entry in shown if (file_id := file_id_of(entry)) is not None)


def skeleton(role: Role, place: Place, *, content: str = "", speaker: str = "") -> ChatMessage:
    """The fields every message of a chat has."""
    if role == "user":
        question: Question = {
            "id": place.id,
            "parentId": place.parent,
            "childrenIds": list(place.children),
            "role": role,
            "content": content,
            "timestamp": place.timestamp,
            # None would hide the answers, several show them side by side.
            "models": list(place.models or (place.model,)),
        }
        return question
    answer: Answer = {
        "id": place.id,
        "parentId": place.parent,
        "childrenIds": list(place.children),
        "role": role,
        "content": content,
        "timestamp": place.timestamp,
        "model": place.model,
        "modelName": speaker or place.model,
        "modelIdx": place.column,
        "done": True,
    }
    return answer


def _said(message: Message, role: Role, context: PartContext) -> list[Pieces]:
    """The parts of ``content``; ``text`` as well unless they hold text, which makes it stale."""
    parts = read_parts(message.content)
    parts += [*_old_pictures(message, parts, context), *_traces(message)]
    pieces = [convert_part(part, context) for part in parts]
    if any(piece.plain for piece in pieces) or _is_nothing(message.text):
        return pieces
    own = convert_part(Part("text", message.text, {"text": message.text}), context)
    # People write first and attach then; models use their tools first and answer then.
    return [own, *pieces] if role == "user" else [*pieces, own]


def _old_pictures(message: Message, parts: Sequence[Part], context: PartContext) -> list[Part]:
    """``image_urls`` of old versions, unless they only repeat the message's own pictures.

    They were what the model was sent: the files, in Base64.
    """
    shown = any(part.type == "image_url" for part in parts) or any(
        link is not None and is_image(link)
        for link in (link_of(entry, context) for entry in message.files)
    )
    pictures = read_parts(message.image_urls)
    return [part for part in pictures if not (shown and _is_data(part))]


def _is_data(part: Part) -> bool:
    address = part.payload.get("url") if isinstance(part.payload, dict) else part.payload
    return isinstance(address, str) and is_data_url(address)


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

"""One LibreChat message as a message of an Open WebUI chat (Open WebUI 0.12, ``history.messages``).

Where a message goes in the tree and when it was written is decided before; here is what it says.
"""

from __future__ import annotations

from collections.abc import Sequence

from migrator_core.chat_document import Answer, ChatMessage, Ending, Question, Role
from migrator_core.convert.chats.placement import Place
from migrator_core.convert.chats.said import Said
from migrator_core.convert.cleaning import single_line
from migrator_core.convert.content.body import convert_body
from migrator_core.convert.content.citations.searches import read_citations
from migrator_core.convert.content.composition import fill
from migrator_core.convert.content.context import Attachments, ChatScope, PartContext
from migrator_core.convert.content.error_codes import error_sentence
from migrator_core.convert.content.file_references.lookup import file_id_of
from migrator_core.convert.content.pieces import Part
from migrator_core.outcome import Notice, WarningCode
from migrator_core.record import record
from migrator_core.rows import EmbeddedFile

ERROR_NOTE = "LibreChat recorded an error at this answer."
FAILED_NOTE = "This message could not be converted."

_MAX_NAME = 200


@record
class ConvertedMessage:
    """An entry of ``history.messages``, and the target ids of the files it shows.

    ``embedded`` are files that have to be stored first: their bytes stood in the message.
    """

    message: ChatMessage
    file_ids: tuple[str, ...] = ()
    embedded: tuple[EmbeddedFile, ...] = ()
    notices: tuple[Notice, ...] = ()


def convert_message(said: Said, place: Place, scope: ChatScope, where: str) -> ConvertedMessage:
    """Convert one message; ``where`` names it in notices."""
    source = said.message
    context = _context(said, place, scope, where)
    pieces = convert_body(source, said.parts, context)
    result = skeleton(said.role, place)
    if result["role"] == "assistant":
        speaker = single_line(source.sender, limit=_MAX_NAME)
        speaker = speaker or single_line(source.model, limit=_MAX_NAME)
        result["modelName"] = speaker or place.model
    notices = [notice for piece in pieces for notice in piece.notices]
    if fill(result, pieces, context.citations.sources):
        notices.append(Notice(WarningCode.TEXT_REPAIRED, where))
    if result["role"] == "assistant":
        _finish(result, said)
    return ConvertedMessage(
        message=result,
        file_ids=tuple([file_id for piece in pieces for file_id in piece.file_ids]),
        embedded=tuple([file for piece in pieces for file in piece.embedded]),
        notices=tuple(dict.fromkeys(notices)),
    )


def _context(said: Said, place: Place, scope: ChatScope, where: str) -> PartContext:
    attachments = said.message.attachments
    return PartContext(
        where=where,
        chat=scope,
        message_id=place.id,
        role=said.role,
        timestamp=place.timestamp,
        attachments=Attachments(attachments, scope.files),
        citations=read_citations(attachments, scope.files),
        pictures=_pictures(said.parts),
    )


def _pictures(parts: Sequence[Part]) -> frozenset[str]:
    shown = [file_id_of(part.payload) for part in parts if part.type == "image_file"]
    return frozenset([file_id for file_id in shown if file_id is not None])


def _finish(answer: Answer, said: Said) -> None:
    """What went wrong, and how the answer ended unless it came to its end."""
    source = said.message
    if source.error:
        answer["error"] = {"content": _error_sentence(said)}
    ending: Ending = {"unfinished": True} if source.unfinished else {}
    reason = single_line(source.finish_reason, limit=_MAX_NAME)
    if reason and reason != "stop":
        ending["finish_reason"] = reason
    if ending:
        answer["meta"] = {"librechat": ending}


def _error_sentence(said: Said) -> str:
    """What went wrong, as far as a code says it; its text is among the message's own."""
    errors = (part for part in said.parts if part.type == "error")
    texts = [text for part in errors for text in (part.payload, part.fields.get("text"))]
    sentences = (error_sentence(text) for text in (said.message.text, *texts))
    return next((sentence for sentence in sentences if sentence), ERROR_NOTE)


def skeleton(role: Role, place: Place, *, content: str = "") -> ChatMessage:
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
        "modelName": place.model,
        "modelIdx": place.column,
        "done": True,
    }
    return answer

"""Thumbs up and down: LibreChat's ``feedback`` as Open WebUI's annotation and feedback row.

The annotation colours the thumb at the message; the row is what the administrators' evaluation
page lists and counts (Open WebUI 0.10 to 0.12, ``models/feedbacks.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

from migrator_core.chat_document import Annotation, Answer, ChatMessage, FeedbackData
from migrator_core.convert.cleaning import clean_text, single_line
from migrator_core.convert.dates import seconds
from migrator_core.convert.ids import feedback_id
from migrator_core.convert.result import notice
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.librechat.documents.message import Message
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import FeedbackRow

_RATINGS: Mapping[str, int] = MappingProxyType({"thumbsUp": 1, "thumbsDown": -1})

_REASONS: Mapping[tuple[int, str], str] = MappingProxyType(
    {
        (1, "accurate_reliable"): "accurate_information",
        (1, "creative_solution"): "showcased_creativity",
        (1, "attention_to_detail"): "attention_to_detail",
        (1, "other"): "other",
        (-1, "not_matched"): "didnt_fully_follow_instructions",
        (-1, "inaccurate"): "not_factually_correct",
        (-1, "bad_style"): "dont_like_the_style",
        (-1, "unjustified_refusal"): "refused_when_it_shouldnt_have",
        (-1, "not_helpful"): "not_helpful",
        (-1, "other"): "other",
    }
)
"""LibreChat's tags (``librechat-data-provider``, ``feedback.ts``) that mean the same as a reason
of Open WebUI (``RateComment.svelte``); it shows no reasons but its own."""

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "missing_image": "Expected an image",
        "clear_well_written": "Clear and well-written",
    }
)
"""What LibreChat calls its other tags."""

_MAX_TAG = 200
_MOST_OPPONENTS = 64
"""Of one rated answer. Open WebUI keeps their list at every rating, so thousands of rated answers
to one question would grow with the square of their number."""


@dataclass(frozen=True, slots=True)
class Rated:
    """A message that somebody rated, and its id in the chat."""

    id: str
    message: Message


def annotation_of(message: Message) -> Annotation | None:
    """The annotation, None for a message without a rating."""
    rating = _rating(message)
    if rating is None:
        return None
    annotation: Annotation = {"rating": rating}
    tag = _tag(message.feedback.get("tag"))
    text = message.feedback.get("text")
    comment = clean_text(text).strip() if isinstance(text, str) else ""
    if tag:
        reason = _REASONS.get((rating, tag))
        annotation["reason"] = reason or "other"
        if reason is None:
            words = _WORDS.get(tag, tag.replace("_", " ").capitalize())
            comment = f"{words}: {comment}" if comment else words
    if comment:
        annotation["comment"] = comment
    return annotation


def lost_feedback(message: Message, where: str) -> Notice | None:
    """A warning about feedback that is neither thumbs up nor down, where it says anything."""
    said = [message.feedback.get(name) for name in ("rating", "tag", "text")]
    if _rating(message) is not None or not any(said):
        return None
    return notice(WarningCode.SETTING_DROPPED, f"{where}: feedback {said[0]!r}")


def rate(
    conversation: Conversation,
    owner_id: str,
    chat: str,
    rated: Sequence[Rated],
    messages: Mapping[str, ChatMessage],
    fallback: int,
) -> tuple[FeedbackRow, ...]:
    """Put annotations into ``messages`` (all of the chat's) and give the rows that go with them."""
    depths = _depths(messages) if rated else {}
    beside = _Opponents(messages)
    user, conversation_id = conversation.user or "", conversation.conversation_id
    rows = []
    for each in rated:
        message = messages[each.id]
        annotation = annotation_of(each.message)
        if annotation is None or message["role"] != "assistant":
            continue
        row_id = feedback_id(user, conversation_id, each.id)
        message["annotation"] = annotation
        message["feedbackId"] = row_id
        changed = seconds(each.message.updated_at, fallback) or message["timestamp"]
        date = max(changed, message["timestamp"])
        rows.append(
            FeedbackRow(
                id=row_id,
                user_id=owner_id,
                data=_data(annotation, message["model"], beside.of(message)),
                meta={
                    "arena": False,
                    "chat_id": chat,
                    "message_id": each.id,
                    "message_index": depths[each.id],
                    "model_id": message["model"],
                    "base_models": {},
                },
                created_at=date,
                updated_at=date,
            )
        )
    return tuple(rows)


def _rating(message: Message) -> int | None:
    rating = message.feedback.get("rating")
    return _RATINGS.get(rating) if isinstance(rating, str) else None


def _tag(tag: object) -> str:
    """The tag's key; LibreChat 0.7.9 stored an object around it."""
    key = tag.get("key") if isinstance(tag, dict) else tag
    return single_line(key, limit=_MAX_TAG) if isinstance(key, str) else ""


def _data(annotation: Annotation, model: str, others: list[str]) -> FeedbackData:
    data: FeedbackData = {"rating": annotation["rating"], "model_id": model}
    if "reason" in annotation:
        data["reason"] = annotation["reason"]
    if "comment" in annotation:
        data["comment"] = annotation["comment"]
    if others:
        data["sibling_model_ids"] = others
    return data


class _Opponents:
    """The models whose answers stood beside one: looked for once below each question."""

    def __init__(self, messages: Mapping[str, ChatMessage]) -> None:
        self._messages = messages
        self._answers: dict[str, list[tuple[str, str]]] = {}

    def of(self, message: Answer) -> list[str]:
        """The leaderboard's opponents of an answer, in their order, at most so many."""
        parent = message["parentId"]
        if parent is None:
            return []
        if parent not in self._answers:
            self._answers[parent] = self._first_below(parent)
        beside = (model for own_id, model in self._answers[parent] if own_id != message["id"])
        return list(islice(beside, _MOST_OPPONENTS))

    def _first_below(self, parent: str) -> list[tuple[str, str]]:
        below = (self._messages[child] for child in self._messages[parent]["childrenIds"])
        answers = ((each["id"], each["model"]) for each in below if each["role"] == "assistant")
        return list(islice(answers, _MOST_OPPONENTS + 1))


def _depths(messages: Mapping[str, ChatMessage]) -> dict[str, int]:
    """How many messages lead to each one, itself included."""
    depths: dict[str, int] = {}
    pending = [(key, 1) for key, message in messages.items() if message["parentId"] is None]
    while pending:
        key, depth = pending.pop()
        depths[key] = depth
        pending.extend((child, depth + 1) for child in messages[key]["childrenIds"])
    return depths

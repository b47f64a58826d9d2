"""Thumbs up and down, as people see them at the answer and administrators count them."""

from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.chats.feedback import annotation_of
from migrator_core.convert.ids import chat_id, feedback_id
from migrator_core.librechat.values import Millis
from migrator_core.outcome import WarningCode
from tests.support.chat_checks import START, USER, answer, convert, history, message
from tests.unit.convert.documents import wrong_values
from tests.unit.convert.storable import assert_storable


@pytest.mark.parametrize(
    ("feedback", "annotation"),
    [
        ({"rating": "thumbsUp"}, {"rating": 1}),
        ({"rating": "thumbsDown", "text": " too short "}, {"rating": -1, "comment": "too short"}),
        ({"rating": "thumbsUp", "tag": "accurate_reliable"},
         {"rating": 1, "reason": "accurate_information"}),
        ({"rating": "thumbsDown", "tag": "not_matched", "text": "x"},
         {"rating": -1, "reason": "didnt_fully_follow_instructions", "comment": "x"}),
        ({"rating": "thumbsDown", "tag": {"key": "not_helpful", "label": "com_ui", "icon": "T"},
          "text": "too short"},
         {"rating": -1, "reason": "not_helpful", "comment": "too short"}),
        # Reasons that Open WebUI would not show stay readable.
        ({"rating": "thumbsDown", "tag": "missing_image"},
         {"rating": -1, "reason": "other", "comment": "Expected an image"}),
        ({"rating": "thumbsUp", "tag": "clear_well_written", "text": "Nice."},
         {"rating": 1, "reason": "other", "comment": "Clear and well-written: Nice."}),
        ({"rating": "thumbsUp", "tag": "not_helpful"},
         {"rating": 1, "reason": "other", "comment": "Not helpful"}),
        ({"rating": "thumbsDown", "tag": "brand_new_tag"},
         {"rating": -1, "reason": "other", "comment": "Brand new tag"}),
        ({"rating": "thumbsUp", "tag": 5, "text": {}}, {"rating": 1}),
        ({"rating": None}, None),
        ({"rating": True}, None),
        ({}, None),
        (None, None),
    ],
)  # fmt: skip
def test_what_a_rating_says(feedback: object, annotation: dict[str, Any] | None) -> None:
    assert annotation_of(answer("a", feedback=feedback)) == annotation


def test_a_rating_is_at_the_answer_and_in_the_evaluation() -> None:
    changed = Millis((START + 500) * 1000)
    chat = convert(
        message("q"),
        answer("a", "q", at=5, feedback={"rating": "thumbsUp", "tag": "other"}, updatedAt=changed),
        answer("b", "q", at=6, model="o3"),
    )
    own = feedback_id(USER, "c1", "a")
    rated = history(chat)["a"]
    assert rated["annotation"] == {"rating": 1, "reason": "other"}
    assert rated["feedbackId"] == own
    (row,) = chat.row.feedback
    assert (row.id, row.user_id, row.created_at, row.updated_at) == (
        own, "owner", START + 500, START + 500
    )  # fmt: skip
    assert row.data == {
        "rating": 1, "reason": "other", "model_id": "gpt-4o", "sibling_model_ids": ["o3"]
    }  # fmt: skip
    assert row.meta == {
        "arena": False, "chat_id": chat_id(USER, "c1"), "message_id": "a", "message_index": 2,
        "model_id": "gpt-4o", "base_models": {},
    }  # fmt: skip
    assert chat.notices == ()


def test_a_lone_answer_has_no_opponent() -> None:
    (row,) = convert(message("q"), answer("a", "q", feedback={"rating": "thumbsDown"})).row.feedback
    assert row.data == {"rating": -1, "model_id": "gpt-4o"}


def test_a_greeting_can_be_rated() -> None:
    chat = convert(answer("hello", feedback={"rating": "thumbsUp"}))
    assert chat.row.feedback[0].meta["message_index"] == 2


def test_questions_have_no_ratings() -> None:
    chat = convert(message("q", feedback={"rating": "thumbsUp"}))
    assert chat.row.feedback == ()
    assert "annotation" not in history(chat)["q"]


def test_feedback_that_is_no_rating_is_told() -> None:
    chat = convert(message("q"), answer("a", "q", feedback={"rating": "meh", "text": "so so"}))
    (notice,) = chat.notices
    assert notice.code is WarningCode.SETTING_DROPPED
    assert "'meh'" in notice.detail
    assert chat.row.feedback == ()


@pytest.mark.parametrize("field", ["rating", "tag", "text"])
def test_wrong_types_do_no_harm(field: str) -> None:
    for wrong in wrong_values():
        feedback = {"rating": "thumbsDown", "tag": "other", "text": "x", field: wrong}
        assert_storable(convert(message("q"), answer("a", "q", feedback=feedback)).row)

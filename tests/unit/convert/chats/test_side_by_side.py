"""Which answers stand side by side below their question."""

from __future__ import annotations

import pytest

from migrator_core.convert.chats.side_by_side import Answer, arrange
from tests.support.chat_checks import answer, convert, history, message


@pytest.mark.parametrize("first_at", [1, 3])
def test_the_pairs_of_old_versions_are_columns(first_at: int) -> None:
    chat = convert(
        message("q"),
        answer("x", "q", at=first_at, text="One", model="gpt-4"),
        answer("y_", "q", at=2, text="Two", model="claude-2", endpoint="anthropic"),
        message("q2", "x", at=9),
    )
    found = history(chat)
    assert found["q"]["models"] == ["gpt-4", "claude-2"]
    assert (found["x"]["modelIdx"], found["y_"]["modelIdx"]) == (0, 1)
    assert set(found) == {"q", "x", "y_", "q2"}


def test_a_second_try_of_the_same_model_is_no_comparison() -> None:
    chat = convert(message("q"), answer("x", "q", at=1), answer("x_", "q", at=2))
    assert history(chat)["q"]["models"] == ["gpt-4o"]
    assert {each["modelIdx"] for each in history(chat).values() if "model" in each} == {0}


@pytest.mark.parametrize(
    ("answers", "models", "places"),
    [
        ([], ["default"], {}),
        ([[("a", "x")]], ["x"], {"a": 0}),
        ([[("a", "x")], [("b", "y")]], ["y"], {"a": 0, "b": 0}),
        # Asked again, one way or the other.
        ([[("a", "x"), ("a_1", "y")], [("b", "x"), ("b_1", "y")]], ["x", "y"],
         {"a": 0, "a_1": 1, "b": 0, "b_1": 1}),
        ([[("a", "x"), ("a_1", "y")], [("b", "x"), ("b_1", "z")]], ["x", "z"],
         {"a": 0, "a_1": 1, "b": 0, "b_1": 1}),
        ([[("a", "x"), ("a_1", "y")], [("b", "y")], [("c", "other")]], ["x", "y"],
         {"a": 0, "a_1": 1, "b": 1, "c": 0}),
        # The same model twice is still two columns.
        ([[("a", "x"), ("a_1", "x")]], ["x", "x"], {"a": 0, "a_1": 1}),
        ([[("a", "x")], [("_", "y")]], ["y"], {"a": 0, "_": 0}),
        ([[("a", "x")], [("b", "x")], [("c_", "y")], [("d_", "y")]], ["x", "y"],
         {"a": 0, "b": 0, "c_": 1, "d_": 1}),
    ],
)  # fmt: skip
def test_where_answers_stand(
    answers: list[list[tuple[str, str]]], models: list[str], places: dict[str, int]
) -> None:
    arrangement = arrange([Answer(tuple(each)) for each in answers], "default")
    assert list(arrangement.models) == models
    assert arrangement.places == places

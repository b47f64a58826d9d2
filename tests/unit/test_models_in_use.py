"""Whether people can go on with a model, and how that is said."""

from __future__ import annotations

import pytest

from migrator_core.models_in_use import (
    Connected,
    ModelInUse,
    ModelsInUse,
    ModelState,
    Reading,
    listed,
)

PEOPLE = {"ada", "ben"}
ALL, NOT_ALL = Connected({"gpt"}, complete=True), Connected({"gpt"}, complete=False)
OPEN = Connected({"gpt"}, complete=True, open_to_all=True)


@pytest.mark.parametrize(
    ("known", "model", "access", "state", "readers"),
    [
        (ALL, "gpt", None, ModelState.ADMINS, 0),
        (ALL, "gpt", Reading(accounts={"eve"}), ModelState.ADMINS, 0),
        (ALL, "gpt", Reading(accounts={"ada", "eve"}), ModelState.SOME, 1),
        (ALL, "gpt", Reading(accounts=PEOPLE), ModelState.READY, 2),
        (ALL, "gpt", Reading(everybody=True), ModelState.READY, 2),
        (OPEN, "gpt", None, ModelState.READY, 2),
        (ALL, "other", None, ModelState.MISSING, 0),
        (OPEN, "other", None, ModelState.MISSING, 0),
        (ALL, "other", Reading(everybody=True), ModelState.MISSING, 0),
        (ALL, "other", Reading(everybody=True, is_workspace=True), ModelState.READY, 2),
        (NOT_ALL, "other", None, ModelState.UNKNOWN, 0),
        (NOT_ALL, "other", Reading(accounts={"ada"}), ModelState.SOME, 1),
    ],
)
def test_the_state_of_a_model(
    known: Connected, model: str, access: Reading | None, state: ModelState, readers: int
) -> None:
    assert known.state(model, PEOPLE, access) == ModelInUse(model, state, people=2, readers=readers)


def test_what_is_said_of_models() -> None:
    some = ModelInUse("gpt", ModelState.SOME, 1200, 1, 3, 2)
    gone = ModelInUse("old", ModelState.MISSING, 0, 2, 1)
    models = ModelsInUse([some, gone], "nobody", 5, open_to_all=True)
    assert str(some) == "gpt (chats: 1,200, agents: 1, people: 2 of 3)"
    assert str(gone) == "old (agents: 2, people: 1)"
    assert [heading for heading, _ in models.headings()] == [
        "Connected, but shared with some of the people only who use them",
        "Not connected",
    ]
    assert "BYPASS_MODEL_ACCESS_CONTROL" in models.how_it_is_known()
    assert models.to_json()["not_listed"] == 5
    assert models.to_json()["in_use"][0]["may_use_it"] == 2
    assert listed([gone] * 12).endswith(" and 2 more")

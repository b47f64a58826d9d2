from __future__ import annotations

from typing import Any

from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.people.personal_settings import personal_settings, without_counterpart
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.user import User
from tests.unit.convert import documents as d

MODELS = ModelMapper({"openAI/gpt-4o": "house-gpt"}, "house", frozenset())


def _user(**changes: Any) -> User:
    return parse(User, d.USER | changes)


def _ui(user: User, default: str | None = None, taken: tuple[str, ...] = ()) -> dict[str, Any]:
    found: dict[str, Any] = personal_settings(user, MODELS, default, taken).get("ui", {})
    return found


def test_favourites_are_pinned_in_their_order() -> None:
    user = _user(
        favorites=[
            {"model": "gpt-4o", "endpoint": "openAI"},
            {"agentId": "agent_a"},
            {"agentId": "agent_b"},
            {"agentId": "agent_a"},
            {"spec": "house-special"},
            "damage",
        ],
        pinnedOrder=["agent:agent_b", "convo:1", "agent:agent_a"],
    )
    assert _ui(user) == {"pinnedModels": ["agent-b", "agent-a", "house-gpt"]}
    assert _ui(user, taken=("agent-b",)) == {"pinnedModels": ["agent-a", "house-gpt"]}
    assert without_counterpart(user) == 2


def test_only_who_switched_memory_off_has_a_setting_for_it() -> None:
    assert _ui(_user(personalization={"memories": False})) == {"memory": False}
    assert _ui(_user(personalization={"memories": True})) == {}
    assert personal_settings(_user(), MODELS, None, ()) == {}


def test_new_chats_begin_with_the_default_preset() -> None:
    assert _ui(_user(), "preset-1") == {"models": ["preset-1"]}
    assert _ui(_user(), "preset-1", ("preset-1",)) == {}

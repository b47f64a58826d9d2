"""The Pipe's own part: who is let in, and what Open WebUI asks on its own."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from owui_function import pipe as module
from owui_function.chat.commands import Command, understand
from owui_function.names import MODEL_ID, REFUSED
from owui_function.pipe import Pipe
from owui_function.state import state_of

ADMIN = {"id": "a", "role": "admin"}


def _request() -> Any:
    return SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace()))


async def _never(event: dict[str, Any]) -> None:
    raise AssertionError(event)


@pytest.mark.parametrize(
    "user",
    [{}, {"role": None}, {"role": "user"}, {"role": "pending"}, {"role": "Admin"}, {"id": "admin"}],
)
@pytest.mark.parametrize("task", [None, "title_generation"])
async def test_whoever_is_no_administrator_is_refused(
    user: dict[str, Any], task: str | None
) -> None:
    request = _request()
    body = {"messages": [{"role": "user", "content": "run"}]}
    said = await Pipe().pipe(body, user, request, {}, _never, task)
    assert said == REFUSED
    assert await Pipe().act("run", {}, user, request, _never, _never) == REFUSED
    assert vars(request.app.state) == {}


@pytest.mark.parametrize(
    ("task", "answer"),
    [
        ("title_generation", {"title": "LibreChat Migration"}),
        ("tags_generation", {"tags": []}),
        ("follow_up_generation", {"follow_ups": ["Check", "Preview", "Help"]}),
    ],
)
async def test_what_open_webui_asks_on_its_own_is_answered_at_once(
    task: str, answer: dict[str, Any]
) -> None:
    request = _request()
    body = {"messages": [{"role": "user", "content": "run"}]}
    said = await Pipe().pipe(body, ADMIN, request, {}, _never, task)
    assert isinstance(said, str)
    assert json.loads(said) == answer
    assert vars(request.app.state) == {}
    assert await Pipe().pipe(body, ADMIN, request, {}, _never, "query_generation") == ""


async def test_suggestions_are_those_of_the_last_answer_in_this_chat() -> None:
    request = _request()
    state_of(request.app.state).chat("a", "chat").suggestions = ("Status", "Cancel")
    first = ["Check", "Preview", "Help"]
    for person, chat, offered in (
        ("a", "chat", ["Status", "Cancel"]), ("a", "other", first), ("b", "chat", first),
    ):  # fmt: skip
        said = await Pipe().pipe(
            {}, {"id": person, "role": "admin"}, request, {"chat_id": chat}, _never,
            "follow_up_generation",
        )  # fmt: skip
        assert isinstance(said, str)
        assert json.loads(said) == {"follow_ups": offered}


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([], ""),
        (None, ""),
        ([{"role": "user", "content": "run"}], "run"),
        ([{"role": "user", "content": "a"}, {"role": "assistant", "content": "run"}], "a"),
        ([{"role": "user", "content": "a"}, {"role": "user", "content": "b"}], "b"),
        ([{"role": "system", "content": "run"}], ""),
        ([{"role": "user", "content": None}], ""),
        ([{"role": "user", "content": [{"type": "text", "text": "run"}]}], "run"),
        ([{"role": "user", "content": [{"type": "image_url"}, "odd", None]}], ""),
        ([{"role": "user", "content": 5}], "5"),
    ],
)
def test_the_last_thing_the_person_said_counts(messages: Any, words: str) -> None:
    assert module._last_words({"messages": messages}) == words


def test_the_models_settings_name_the_buttons_and_words_that_are_understood() -> None:
    meta = module._meta()
    assert meta["actionIds"] == ["librechat_migration_buttons"]
    for prompt in meta["suggestion_prompts"]:
        found = understand(prompt["content"])
        assert found is not None
        assert found.command in {Command.CHECK, Command.PREVIEW, Command.HELP}
    assert [name for name, on in meta["capabilities"].items() if on] == ["status_updates"]
    assert MODEL_ID == "librechat_migration.chat"

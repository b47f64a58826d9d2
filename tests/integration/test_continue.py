"""Going on with a migrated conversation: what reaches the model, and what stays in the chat."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.conftest import ADMIN, Migration
from tests.support.openai_stand_in import SAYS, WAIT_SECONDS, OpenAIStandIn
from tests.support.openwebui import OpenWebUIServer, Person, signed_in
from tests.support.sample import by_key, people

QUESTION = "And what would you do first?"
MODELS = ("gpt-4o", "claude-sonnet-4-5")
MARA, TOMAS = (
    next(person for person in people() if person["key"] == key) for key in ("mara", "tomas")
)
EVERYBODY = {"principal_type": "user", "principal_id": "*", "permission": "read"}

Message = dict[str, Any]


@dataclass(frozen=True)
class Office:
    """A server on a copy of the migrated deployment, with models to talk to."""

    person: Person
    api: OpenAIStandIn
    chats: dict[str, str]
    others: Person

    def ask(self, question: str, **more: Any) -> Message:
        """Ask the first of the models outside of any chat; what it was asked."""
        form = {"model": MODELS[0], "messages": [{"role": "user", "content": question}], **more}
        self.person.http.post("/api/chat/completions", json=form).raise_for_status()
        return self.api.asked()

    def go_on(self, key: str) -> tuple[dict[str, Any], Message, Message]:
        """Ask one more question; what the model was asked, and the chat's history before and after.

        The request is the one the page sends (Chat.svelte, ``sendMessageSocket``).
        """
        chat_id = self.chats[by_key("conversations")[key]["conversationId"]]
        before = self.person.chat(chat_id)["chat"]
        leaf = before["history"]["currentId"]
        model = before["models"][0]
        question, answer = str(uuid4()), str(uuid4())
        system = (before.get("params") or {}).get("system")
        answered = self.person.http.post(
            "/api/chat/completions",
            json={
                "stream": True,
                "model": model,
                "messages": [{"role": "system", "content": system}] if system else [],
                "params": before.get("params") or {},
                "session_id": str(uuid4()),
                "chat_id": chat_id,
                "id": answer,
                "parent_id": leaf,
                "user_message": {
                    "id": question, "parentId": leaf, "childrenIds": [answer], "role": "user",
                    "content": QUESTION, "timestamp": int(time.time()), "models": [model],
                },
                "background_tasks": {},
            },
        )  # fmt: skip
        answered.raise_for_status()
        asked = self.api.asked()
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            after = self.person.chat(chat_id)["chat"]["history"]
            if after["messages"].get(answer, {}).get("done"):
                break
            assert time.monotonic() < deadline, "the answer is never stored"
            time.sleep(0.05)
        assert after["currentId"] == answer
        assert SAYS in json.dumps(after["messages"][answer])
        return asked, before["history"]["messages"], after["messages"]


@pytest.fixture(scope="module")
def office(migration: Migration) -> Iterator[Office]:
    """The twin of a migrated deployment, connected to the stand-in by its administrator."""
    with ExitStack() as stack:
        api = stack.enter_context(OpenAIStandIn(*MODELS))
        server = stack.enter_context(OpenWebUIServer(migration.twin))
        admin = stack.enter_context(signed_in(server.url, *ADMIN[1:]))
        person = stack.enter_context(signed_in(server.url, MARA["email"], MARA["password"]))
        others = stack.enter_context(signed_in(server.url, TOMAS["email"], TOMAS["password"]))
        settings = {
            "ENABLE_OPENAI_API": True, "OPENAI_API_BASE_URLS": [api.url],
            "OPENAI_API_KEYS": ["none"], "OPENAI_API_CONFIGS": {},
        }  # fmt: skip
        admin.http.post("/openai/config/update", json=settings).raise_for_status()
        for name in MODELS:  # what the run's report asks the administrator for
            form = {
                "id": name,
                "name": name,
                "meta": {},
                "params": {},
                "access_grants": [EVERYBODY],
            }
            admin.http.post("/api/v1/models/create", json=form).raise_for_status()
        person.http.get("/api/models", params={"refresh": "true"}).raise_for_status()
        chats = {chat["meta"]["librechat"]["conversationId"]: chat["id"] for chat in person.chats()}
        yield Office(person, api, chats, others)


def _spoken(messages: list[Message]) -> list[tuple[str, str]]:
    """The conversation as the model reads it: who says what, calls and results among it."""
    told: list[tuple[str, str]] = []
    names: dict[str, str] = {}
    for message in messages:
        content = message.get("content") or ""
        if message["role"] == "tool":
            told.append((f"result of {names[message['tool_call_id']]}", content))
            continue
        if content:
            told.append((message["role"], content))
        for call in message.get("tool_calls") or []:
            assert call["id"] not in names, "a call is sent twice"
            names[call["id"]] = call["function"]["name"]
            told.append((f"call of {names[call['id']]}", call["function"]["arguments"]))
    return told


def test_tool_calls_are_replayed_with_their_results(office: Office) -> None:
    asked, _, _ = office.go_on("fair")
    assert _spoken(asked["messages"]) == [
        ("user", "When is the lighting fair this year, and is it worth going?"),
        ("call of web_search", '{"query":"lighting fair 2026"}'),
        ("result of web_search", "Two results"),
        ("assistant", ("The fair opens on 8 March [1] and fills most hotels [1][2]. Tickets are "
                      "60 euros [3].")),
        ("call of web_search", '{"query":"lighting fair 2026 dates"}'),
        ("result of web_search", "One result"),
        ("assistant", "For a new pendant: yes."),
        ("user", QUESTION),
    ]  # fmt: skip


def test_reasoning_is_not_sent_as_text(office: Office) -> None:
    asked, _, _ = office.go_on("dusk")
    told = _spoken(asked["messages"])
    assert [role for role, _ in told] == ["user", "assistant", "user"]
    assert "They are not imagining it" in told[1][1]
    assert "with the curtains closed" in told[1][1]
    assert "Colour constancy" not in json.dumps(asked["messages"])


def test_the_branch_people_saw_is_the_one_that_goes_on(office: Office) -> None:
    asked, before, after = office.go_on("spring-plan")
    chat = by_key("conversations")["spring-plan"]
    shown = [chat["messages"][index]["shows"][0] for index in (0, 2, 5, 6)]
    assert _spoken(asked["messages"]) == [
        ("system", "You are a calm project planner."),
        *zip(["user", "assistant", "user", "assistant"], shown, strict=True),
        ("user", QUESTION),
    ]
    assert asked["temperature"] == 0.4
    assert {key: after[key]["content"] for key in before} == {
        key: message["content"] for key, message in before.items()
    }


def test_an_agents_conversation_goes_on_with_the_migrated_model(office: Office) -> None:
    asked, before, after = office.go_on("audit")
    assert asked["model"] in MODELS
    names = [model["name"] for model in office.person.http.get("/api/models").json()["data"]]
    assert "Sales analyst" in names
    told = _spoken(asked["messages"])
    who, said = told[-1]  # what the agent knows comes with the question
    assert who == "user"
    assert "North,184" in said
    assert said.endswith(QUESTION)
    called = [entry for entry in told if entry[0].endswith("search_pages_mcp_Company-Wiki")]
    assert [text for _, text in called] == [
        '{"q":"stocktaking"}', '{"hits":[{"title":"Stocktaking"}]}',
    ]  # fmt: skip
    everything = "\n".join(text for _, text in told)
    pieces = (
        "Prepare the stocktaking", "I look into the wiki", '{"q":"stocktaking"}',
        "Count the pendants first", "Cords are counted", QUESTION,
    )  # fmt: skip
    assert [everything.count(piece) for piece in pieces] == [1] * len(pieces)
    places = [everything.index(piece) for piece in pieces]
    assert places == sorted(places)
    assert {key: after[key].get("output") for key in before} == {
        key: message.get("output") for key, message in before.items()
    }


def test_what_was_remembered_is_in_the_prompt_until_it_is_forgotten(office: Office) -> None:
    memories = {memory["path"]: memory for memory in office.person.get("/memories/")}
    assert set(memories) == {"working_hours", "agents/Sales analyst/currency"}
    assert _told_beforehand(office) == (
        "<memory_context>\n[User Memory]\n- agents/Sales analyst/currency: Always euros\n"
        "- working_hours: No Fridays\n</memory_context>"
    )
    forgotten = f"/api/v1/memories/{memories['working_hours']['id']}"
    office.others.http.delete(forgotten)
    assert "No Fridays" in _told_beforehand(office)
    office.person.http.delete(forgotten)  # looks for a vector at last, which nobody needs
    assert "No Fridays" not in _told_beforehand(office)


def _told_beforehand(office: Office) -> str:
    asked = office.ask("When shall we meet?", features={"memory": True})
    (system,) = [message["content"] for message in asked["messages"] if message["role"] == "system"]
    return str(system)


def test_a_preset_is_used_by_its_owner_and_by_nobody_else(office: Office) -> None:
    (preset,) = [model for model in office.person.models() if model["name"] == "Strict translator"]
    assert preset["write_access"]
    asked = office.ask("Guten Tag", model=preset["id"])
    assert asked["model"] == "gpt-4o"
    assert asked["temperature"] == 0
    assert asked["messages"][0] == {"role": "system", "content": "Translate literally."}
    assert preset["id"] not in {model["id"] for model in office.others.get_models()}
    form = {"model": preset["id"], "messages": [{"role": "user", "content": "Hello"}]}
    assert not office.others.http.post("/api/chat/completions", json=form).is_success


def test_a_skill_is_used_by_its_owner_and_by_nobody_else(office: Office) -> None:
    (skill,) = office.others.get("/skills/")
    form = {"model": MODELS[0], "messages": [{"role": "user", "content": "Sum up the meeting"}],
            "skill_ids": [skill["id"]]}  # fmt: skip
    office.others.http.post("/api/chat/completions", json=form).raise_for_status()
    told = json.dumps(office.api.asked())
    assert "Write five points, and who does what until when." in told
    assert not office.person.http.get(f"/api/v1/skills/id/{skill['id']}").is_success
    asked = office.ask("Sum up the meeting", skill_ids=[skill["id"]])
    assert "Write five points" not in json.dumps(asked)

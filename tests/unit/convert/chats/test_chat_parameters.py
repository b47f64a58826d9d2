"""A conversation's own parameters, as the controls of a chat read them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.chats.chat_parameters import chat_parameters, other_parameters
from migrator_core.librechat.documents.conversation import PARAMETERS
from tests.support.chat_checks import conversation, convert, message
from tests.unit.convert.documents import wrong_values
from tests.unit.convert.storable import assert_storable


def test_parameters_arrive_as_the_controls_store_them() -> None:
    chat = convert(
        message("q"),
        endpoint="openAI",
        promptPrefix="Be brief.",
        temperature=0.3,
        top_p=0.9,
        presence_penalty=0.5,
        frequency_penalty=-0.25,
        max_tokens="2048",
        reasoning_effort="low",
        stop=["END", "###"],
        maxContextTokens=32000,
        resendFiles=True,
        imageDetail="high",
        verbosity="low",
    )
    assert chat.row.chat["params"] == {
        "system": "Be brief.",
        "temperature": 0.3,
        "top_p": 0.9,
        "presence_penalty": 0.5,
        "frequency_penalty": -0.25,
        "max_tokens": 2048,
        "reasoning_effort": "low",
        "stop": "END,###",
    }
    assert chat.row.meta["librechat"]["parameters"] == {
        "maxContextTokens": 32000,
        "resendFiles": True,
        "imageDetail": "high",
        "verbosity": "low",
    }
    assert chat.notices == ()


@pytest.mark.parametrize(
    ("fields", "params"),
    [
        ({"topP": 0.5, "topK": 20, "maxOutputTokens": 100},
         {"top_p": 0.5, "top_k": 20, "max_tokens": 100}),
        ({"maxTokens": 7, "temperature": 0}, {"max_tokens": 7, "temperature": 0}),
        ({"temperature": None, "top_p": "", "max_tokens": 0, "stop": []}, {}),
        ({"temperature": "warm", "topK": 1.5, "reasoning_effort": ""}, {}),
        ({}, {}),
    ],
)  # fmt: skip
def test_names_and_types(fields: dict[str, Any], params: dict[str, Any]) -> None:
    assert chat_parameters(conversation(endpoint="google", **fields)) == params


@pytest.mark.parametrize(
    "of", [{"endpoint": "agents", "agent_id": "agent_A"}, {"endpoint": "azureAssistants"}]
)
def test_an_agents_own_parameters_are_not_overruled(of: dict[str, Any]) -> None:
    row = conversation(**of, temperature=0.9, stop="x")
    assert chat_parameters(row) == {}
    assert other_parameters(row) == {"temperature": 0.9, "stop": "x"}


def test_what_cannot_be_used_is_kept_beside_the_chat() -> None:
    row = conversation(endpoint="openAI", temperature="warm", thinking=True, thinkingBudget=2000)
    assert other_parameters(row) == {
        "temperature": "warm",
        "thinking": True,
        "thinkingBudget": 2000,
    }


def browser_stop(line: str) -> list[str]:
    """``getStopTokens`` of ``Chat.svelte`` (Open WebUI 0.10 to 0.12)."""
    tokens = [token.strip() for token in line.split(",")]

    def decoded(token: str) -> str:
        try:
            text = json.loads('"' + token.replace('"', '\\"') + '"')
            return unquote(text, errors="strict")
        except ValueError:
            return token

    return [decoded(token) for token in tokens if token]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), max_size=4))
def test_the_browser_gets_the_stop_sequences_back(sequences: list[str]) -> None:
    wanted = [text.replace("\x00", "") for text in sequences]
    line = chat_parameters(conversation(endpoint="openAI", stop=sequences)).get("stop", "")
    assert browser_stop(line) == [text for text in wanted if text]


@pytest.mark.parametrize(
    "sequence", ["100%", "%41", "a,b", " padded\t", "\n\n", '"quoted"', "back\\slash", "\\n", "ü🌍"]
)
def test_awkward_stop_sequences_come_back(sequence: str) -> None:
    line = chat_parameters(conversation(endpoint="openAI", stop=[sequence, "END"]))["stop"]
    assert browser_stop(line) == [sequence, "END"]


@pytest.mark.parametrize("name", PARAMETERS)
def test_wrong_types_do_no_harm(name: str) -> None:
    for wrong in wrong_values():
        assert_storable(convert(message("q"), endpoint="openAI", **{name: wrong}).row)

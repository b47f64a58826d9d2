from __future__ import annotations

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert import ids

USER = "64ca1db05f9d88c1aa1a2b01"


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (ids.user_id(USER), f"user:{USER}"),
        (ids.file_id(USER, "f-1"), f"file:{USER}:f-1"),
        (ids.chat_id(USER, "c-1"), f"chat:{USER}:c-1"),
        (ids.prompt_id(USER), f"prompt:{USER}"),
        (ids.group_id(USER), f"group:{USER}"),
    ],
)
def test_ids_follow_the_documented_rule(target: str, name: str) -> None:
    assert target == str(uuid5(UUID("cf866225-0895-531e-ac53-66c1268d0026"), name))


def test_the_same_id_under_two_users_gives_two_targets() -> None:
    assert ids.chat_id("a", "c") != ids.chat_id("b", "c")
    assert ids.file_id("a", "f") != ids.file_id("b", "f")


@pytest.mark.parametrize(
    ("agent", "model"),
    [
        ("agent_A1b2-_C3", "agent-A1b2-_C3"),
        ("no-prefix", "agent-no-prefix"),
        ("agent_agent_x", "agent-agent_x"),
    ],
)
def test_model_ids_are_readable(agent: str, model: str) -> None:
    assert ids.model_id(agent) == model


@given(st.text(st.characters(codec=None), max_size=400))
def test_model_ids_are_always_legal(agent: str) -> None:
    model = ids.model_id(agent)
    assert model.startswith("agent-")
    assert len(model) <= 256
    assert not any(char.isspace() for char in model)
    model.encode("utf-8")
    assert "\x00" not in model


def test_illegal_agent_ids_stay_apart() -> None:
    agents = ["agent_a b", "agent_a-b", "agent_a\tb", "agent_" + "x" * 300, "agent_" + "x" * 301]
    assert len({ids.model_id(agent) for agent in agents}) == len(agents)


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_any_text_has_an_id_of_its_own(one: str, other: str) -> None:
    assert (ids.user_id(one) == ids.user_id(other)) == (one == other)


def test_ids_that_differ_in_what_cannot_be_encoded_stay_apart() -> None:
    assert ids.user_id("a\ud800") != ids.user_id("a\ud801")


def test_tag_ids_follow_open_webui() -> None:
    assert ids.tag_id("Über Wichtig") == "über_wichtig"

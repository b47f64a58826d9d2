from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator_core.convert.library.agent_versions import (
    MAX_PICTURES,
    MAX_VERSIONS,
    Earlier,
    earlier_versions,
    versions_left,
)
from migrator_core.convert.library.agents import convert_agent
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.result import Converted
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.base import parse
from migrator_core.rows import ModelRow
from tests.unit.convert import documents as d

MODELS = ModelMapper({}, "house", frozenset())
COLLEAGUE = "64ca1db05f9d88c1aa1a2b77"


def _agent(*versions: Any) -> tuple[Agent, ModelRow]:
    agent = parse(Agent, d.AGENT | {"versions": list(versions)})
    converted = convert_agent(
        agent, owner_id="owner", models=MODELS, avatar="data:,x", grants=(), fallback=d.STARTED
    )
    assert isinstance(converted, Converted)
    return agent, converted.row


def _earlier(*versions: Any) -> Earlier:
    agent, model = _agent(*versions)
    return earlier_versions(agent, model, MODELS, {COLLEAGUE: "colleague"})


def _version(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in d.AGENT.items() if key not in {"_id", "id"}} | changes


def test_versions_before_the_current_one_come_with_author_and_date() -> None:
    day = {"createdAt": "2024-01-01T00:00:00Z", "updatedAt": "2024-01-02T00:00:00Z"}
    first = _version(name="Draft", model="gpt-4", updatedBy=COLLEAGUE, **day)
    (version,) = _earlier(first, _version()).versions
    assert (version.name, version.base_model_id) == ("Draft", "gpt-4")
    assert version.message == "Version 1 in LibreChat"
    assert (version.user_id, version.created_at) == ("colleague", 1_704_153_600)
    assert version.params["system"] == "You are careful."


def test_an_agent_that_never_changed_has_no_earlier_version() -> None:
    assert _earlier() == _earlier(_version()) == Earlier()


def test_what_changed_nothing_that_arrives_is_no_version() -> None:
    same = _version(recursion_limit=7)
    changed = _version(name="Other")
    numbers = [one.message.split()[1] for one in _earlier(changed, changed, same, same).versions]
    assert numbers == ["2"]


@pytest.mark.parametrize("date", [None, "soon", 0, -1, 10**20, "9999-01-01T00:00:00Z"])
def test_a_version_is_never_newer_than_the_current_one(date: Any) -> None:
    agent, model = _agent(_version(name="Draft", updatedAt=date, createdAt=date), _version())
    (version,) = earlier_versions(agent, model, MODELS, {}).versions
    assert model.created_at <= version.created_at < model.updated_at
    assert "1 earlier version: why" in versions_left(agent, model, 1, "why").detail


@pytest.mark.parametrize("damage", [None, 7, "text", [], {"name": {"a": 1}}])
def test_damaged_versions_do_no_harm(damage: Any) -> None:
    assert len(_earlier(damage, _version()).versions) <= 1


def test_the_newest_hundred_come_and_the_others_are_counted() -> None:
    versions = [_version(name=f"Name {number}") for number in range(MAX_VERSIONS + 3)]
    found = _earlier(*versions, _version())
    assert (len(found.versions), found.left) == (MAX_VERSIONS, 3)
    assert found.versions[0].message == "Version 4 in LibreChat"


def test_the_span_of_what_stays_behind_is_said() -> None:
    days = [{"updatedAt": f"2024-01-{day:02}T00:00:00Z"} for day in (1, 2, 3)]
    agent, model = _agent(*(_version(name=f"Name {day}", **each) for day, each in enumerate(days)))
    said = versions_left(agent, model, 2, "too old").detail
    assert said.endswith("2 earlier versions, 2024-01-01 to 2024-01-02: too old")


def test_a_version_can_be_gone_back_to_with_what_the_agent_knows() -> None:
    agent, model = _agent(_version(name="Draft"), _version())
    knowing = replace(
        model,
        params=model.params | {"function_calling": "legacy"},
        meta=model.meta | {"knowledge": [{"id": "k"}]},
    )
    (version,) = earlier_versions(agent, knowing, MODELS, {}).versions
    assert version.params["function_calling"] == "legacy"
    assert version.meta["knowledge"] == [{"id": "k"}]


def test_pictures_are_repeated_while_they_are_small() -> None:
    agent, model = _agent(_version(name="Draft"), _version())
    (version,) = earlier_versions(agent, model, MODELS, {}).versions
    assert version.meta["profile_image_url"] == "data:,x"
    large = replace(model, meta=model.meta | {"profile_image_url": "x" * MAX_PICTURES})
    (version,) = earlier_versions(agent, large, MODELS, {}).versions
    assert version.meta["profile_image_url"] is None

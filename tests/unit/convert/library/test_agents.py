from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.library.agents import convert_agent
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.result import Converted, Skipped
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.base import parse
from migrator_core.outcome import Reason, WarningCode
from migrator_core.rows import Grant, ModelRow
from tests.unit.convert import documents as d
from tests.unit.convert.storable import texts

GRANTS = (Grant("user", "*", "read"),)
PICTURE = "data:image/png;base64,AAAA"
BARE: dict[str, Any] = {
    "artifacts": "",
    "recursion_limit": None,
    "support_contact": None,
    "actions": [],
    "tools": [],
    "tool_resources": {},
}


def _result(mapper: ModelMapper | None = None, **changes: Any) -> Converted[ModelRow] | Skipped:
    return convert_agent(
        parse(Agent, d.AGENT | changes),
        owner_id="owner",
        models=mapper or ModelMapper({}, "house", frozenset()),
        avatar=PICTURE,
        grants=GRANTS,
        fallback=d.STARTED,
    )


def _convert(mapper: ModelMapper | None = None, **changes: Any) -> Converted[ModelRow]:
    result = _result(mapper, **changes)
    assert isinstance(result, Converted)
    return result


def test_an_agent_arrives_as_a_model() -> None:
    row = _convert().row
    assert (row.id, row.user_id, row.base_model_id, row.name) == (
        "agent-A1b2C3d4E5f6G7h8I9j0K",
        "owner",
        "gpt-4o",
        "Data Analyst",
    )
    assert row.params == {"temperature": 0.2, "system": "You are careful."}
    assert row.grants == GRANTS
    assert row.meta["description"] == "Runs Python"
    assert row.meta["profile_image_url"] == PICTURE
    assert row.meta["suggestion_prompts"] == [{"content": "Plot my CSV", "title": ["", ""]}]
    assert row.meta["tags"] == [{"name": "finance"}]
    assert row.meta["defaultFeatureIds"] == ["code_interpreter"]
    source = row.meta["librechat"]
    assert source["id"] == d.AGENT["id"]
    assert (source["provider"], source["model"]) == ("openAI", "gpt-4o")
    assert source["base_model_rule"] == "same-id"
    assert source.keys() == {"id", "_id", "provider", "model", "base_model_rule", "created_at"}
    assert (row.created_at, row.updated_at) == (1_700_000_000, 1_710_000_000)


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"tools": ["web_search", "mcp_x", "b_mcp_c"]}, "setting-dropped", "counterpart: mcp_x"),
        ({"model_parameters": {"thinking": True}}, "setting-dropped", "thinking"),
        ({"skills": ["writer"]}, "setting-dropped", "writer"),
        ({"support_contact": {"name": "A"}}, "setting-dropped", "support contact"),
        ({"provider": "anthropic"}, "base-model-defaulted", "anthropic/gpt-4o"),
        ({"model": None}, "base-model-defaulted", "openAI/?"),
    ],
)
def test_what_does_not_arrive_is_reported_with_the_agent(
    changes: dict[str, Any], code: WarningCode, said: str
) -> None:
    (notice,) = _convert(**BARE | changes).notices
    assert notice.code == code
    assert said in notice.detail
    assert "Data Analyst" in notice.detail


def test_a_simple_agent_gives_no_warning() -> None:
    assert _convert(**BARE).notices == ()


def test_a_lost_picture_is_reported() -> None:
    agent = parse(Agent, d.AGENT | BARE)
    result = convert_agent(
        agent,
        owner_id="owner",
        models=ModelMapper({}, "house", frozenset()),
        avatar=None,
        grants=(),
        fallback=d.STARTED,
    )
    assert isinstance(result, Converted)
    assert [notice.code for notice in result.notices] == [WarningCode.AVATAR_LOST]
    assert result.row.meta["profile_image_url"] is None


@pytest.mark.parametrize(
    ("tools", "parameters", "features"),
    [
        (["execute_code"], {}, ["code_interpreter"]),
        (["image_gen_oai", "image_edit_oai", "dalle"], {}, ["image_generation"]),
        (["web_search"], {"web_search": True}, ["web_search"]),
        ([], {"web_search": True}, ["web_search"]),
        (["file_search"], {}, None),
        (["my_web_search_mcp_x"], {}, None),
    ],
)
def test_tools_become_features(
    tools: list[str], parameters: dict[str, Any], features: list[str] | None
) -> None:
    row = _convert(tools=tools, model_parameters=parameters).row
    assert row.meta.get("defaultFeatureIds") == features


def test_special_variables_work_in_the_system_prompt() -> None:
    row = _convert(instructions="For {{current_user}}: {{topic}}").row
    assert row.params["system"] == "For {{USER_NAME}}: {{topic}}"


def test_a_blank_agent_still_has_a_name_and_no_system_prompt() -> None:
    row = _convert(name=None, description=None, instructions=None, category="general").row
    assert row.name == f"Agent {d.AGENT['id']}"
    assert "system" not in row.params
    assert row.meta["tags"] == []
    assert _convert(conversation_starters=[" "]).row.meta["suggestion_prompts"] is None


def test_a_model_is_never_its_own_base() -> None:
    own = "agent-A1b2C3d4E5f6G7h8I9j0K"
    mapped = ModelMapper({"gpt-4o": own}, "house", frozenset())
    assert _convert(mapped).row.base_model_id == "house"
    result = _result(ModelMapper({"gpt-4o": own}, own, frozenset()))
    assert isinstance(result, Skipped)
    assert result.reason is Reason.NOT_SUPPORTED


def test_secrets_typed_into_an_agent_stay_behind() -> None:
    row = _convert(
        model_parameters={"apiKey": "sk-1", "max_tokens": 5, "nested": {"client_secret": "s-2"}},
        edges=[{"to": "agent_x", "authorization": "Bearer s-3"}],
        support_contact={"email": "a@x.org", "password": "s-4"},
    ).row
    found = " ".join([*texts(row.meta), *texts(row.params)])
    assert not any(secret in found for secret in ("sk-1", "s-2", "s-3", "s-4", "a@x.org"))
    assert row.params["max_tokens"] == 5

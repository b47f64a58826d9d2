from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.library.presets import convert_preset
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.result import Converted, Skipped
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.preset import Preset
from migrator_core.outcome import Reason, WarningCode
from migrator_core.rows import ModelRow
from tests.unit.convert import documents as d


def _result(**changes: Any) -> Converted[ModelRow] | Skipped:
    return convert_preset(
        parse(Preset, d.PRESET | changes),
        model_id="preset-1",
        owner_id="owner",
        models=ModelMapper({"openAI/gpt-4o": "house-gpt"}, "house", frozenset()),
        fallback=d.STARTED,
    )


def _convert(**changes: Any) -> Converted[ModelRow]:
    result = _result(**changes)
    assert isinstance(result, Converted)
    return result


def test_a_preset_is_a_model_of_its_owner_alone() -> None:
    row = _convert().row
    assert (row.id, row.user_id, row.name) == ("preset-1", "owner", "Strict translator")
    assert row.base_model_id == "house-gpt"
    assert row.params == {"temperature": 0, "system": "Translate literally."}
    assert row.meta["defaultFeatureIds"] == ["web_search"]
    assert row.meta["capabilities"] == {"web_search": True}
    assert row.grants == ()
    source = row.meta["librechat"]
    assert (source["id"], source["order"], source["default"]) == (d.PRESET["presetId"], 0, True)
    assert (row.created_at, row.updated_at) == (1_700_000_000, 1_710_000_000)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"agent_id": "agent_x", "endpoint": "agents", "model": "m"}, "agent agent_x"),
        ({"endpoint": "agents", "model": None}, "agents"),
        ({"endpoint": "azureAssistants"}, "assistant"),
        ({"assistant_id": "asst_1"}, "assistant asst_1"),
    ],
)
def test_what_only_chooses_another_is_left_out(changes: dict[str, Any], said: str) -> None:
    assert _result(**changes) == Skipped(Reason.NOT_SUPPORTED, f"it only chooses the {said}")


@pytest.mark.parametrize(
    ("changes", "code", "said"),
    [
        ({"endpoint": "anthropic"}, "base-model-defaulted", "house stands in for anthropic/gpt-4o"),
        ({"thinking": True}, "setting-dropped", "thinking"),
        ({"tools": [{"pluginKey": "secret"}]}, "setting-dropped", "tools: 1"),
        ({"greeting": "Welcome"}, "setting-dropped", "the greeting"),
    ],
)
def test_what_is_lost_is_said(changes: dict[str, Any], code: str, said: str) -> None:
    (found,) = _convert(**changes).notices
    assert found.code is WarningCode(code)
    assert found.detail.startswith("preset Strict translator (d410850f")
    assert said in found.detail


def test_a_preset_without_a_name_has_one() -> None:
    assert _convert(title=None).row.name.startswith("Preset d410850f")
    assert _convert(title=" ", presetId="").row.name == f"Preset {d.PRESET['_id']}"
    assert _convert(promptPrefix=None, temperature="").row.params == {}

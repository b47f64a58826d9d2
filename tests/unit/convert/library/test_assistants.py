from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.library.assistants import Uses, agent_of, convert_assistant
from migrator_core.convert.library.knowledge import knowledge_file_ids
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.result import Converted
from migrator_core.librechat.documents.assistant import Assistant, AssistantUse
from migrator_core.librechat.documents.base import parse
from migrator_core.outcome import WarningCode
from migrator_core.rows import ModelRow
from tests.unit.convert import documents as d

ID = d.ASSISTANT["assistant_id"]


def _uses(*models: str | None, endpoint: str = "assistants") -> Uses:
    uses = Uses()
    for model in models:
        use = {"assistant_id": ID, "endpoint": endpoint, "model": model}
        uses.count(parse(AssistantUse, use))
    return uses


def _convert(uses: Uses, **changes: Any) -> Converted[ModelRow]:
    result = convert_assistant(
        agent_of(parse(Assistant, d.ASSISTANT | changes), uses),
        model_id="assistant-1",
        owner_id="owner",
        models=ModelMapper({}, "house", frozenset()),
        avatar="data:,x",
        fallback=d.STARTED,
    )
    assert isinstance(result, Converted)
    return result


def test_an_assistant_is_a_model_of_its_owner_alone() -> None:
    row = _convert(_uses("gpt-4o")).row
    assert (row.id, row.user_id, row.name) == ("assistant-1", "owner", f"Assistant {ID}")
    assert row.base_model_id == "gpt-4o"
    assert row.grants == ()
    assert row.meta["suggestion_prompts"][0]["content"] == "How much is left?"
    assert "OpenAI: enter them here" in row.meta["description"]
    assert row.meta["librechat"]["id"] == ID
    assert (row.created_at, row.updated_at) == (1_700_000_000, 1_710_000_000)


def test_its_files_are_what_it_knows() -> None:
    assert knowledge_file_ids(agent_of(parse(Assistant, d.ASSISTANT), Uses())) == ["file-1"]


@pytest.mark.parametrize(
    ("models", "base"),
    [
        (("a", "b", "b"), "b"),
        (("b", "a"), "a"),
        ((ID, None, ""), "house"),
        ((), "house"),
    ],
)
def test_it_is_built_on_the_model_that_mostly_answered(models: tuple[Any, ...], base: str) -> None:
    assert _convert(_uses(*models)).row.base_model_id == base


def test_one_of_azure_is_said_to_be_there() -> None:
    found = _convert(_uses("gpt-4o", endpoint="azureAssistants"))
    assert "kept by Azure" in found.row.meta["description"]
    codes = {one.code: one.detail for one in found.notices}
    assert codes[WarningCode.ASSISTANT_INCOMPLETE] == f"assistant {ID}: kept by Azure"


def test_chats_name_ones_own_assistants_alone() -> None:
    models = ModelMapper({}, "house", frozenset(), assistants={("ann", "asst_1"): "assistant-1"})
    assert models.own_assistant("ann", "asst_1") == "assistant-1"
    assert models.own_assistant("bea", "asst_1") is None
    assert models.own_assistant("ann", None) is None
    mapped = {"assistants/asst_1": "budget"}
    models = ModelMapper(mapped, "house", frozenset(), assistants={("ann", "asst_1"): "x"})
    assert models.own_assistant("ann", "asst_1") == "budget"

from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.files.file_link import FileLink
from migrator_core.convert.free_ids import FreeIds, Held, is_another
from migrator_core.convert.ids import knowledge_id
from migrator_core.convert.library.knowledge import (
    MAX_WHOLE,
    attached,
    convert_knowledge,
    fits_whole,
    knowledge_file_ids,
    knowledge_notices,
)
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.base import parse
from migrator_core.outcome import WarningCode
from migrator_core.rows import Grant
from tests.support.rows import model
from tests.unit.convert import documents as d

AGENT = parse(Agent, d.AGENT)
MODEL = model("helper", "owner", Grant("group", "team", "read"))
FILES = [FileLink("one", "a.txt", "text/plain", 3), FileLink("two", "b.txt", "text/plain", 4)]


def test_files_are_collected_from_every_tool_that_reads_them() -> None:
    resources = {
        "file_search": {"file_ids": ["a", "b", None], "vector_store_ids": []},
        "context": {"file_ids": ["b", "c", " "]},
        "execute_code": {"file_ids": [" d "]},
        "ocr": {"file_ids": "broken"},
        "image_edit": {"file_ids": ["picture"]},
    }
    agent = parse(Agent, d.AGENT | {"tool_resources": resources})
    assert knowledge_file_ids(agent) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("resources", [None, [], {"context": "broken"}, {"context": ["f"]}])
def test_damaged_resources_name_no_file(resources: Any) -> None:
    assert knowledge_file_ids(parse(Agent, d.AGENT | {"tool_resources": resources})) == []


def test_the_collection_is_its_models_in_all_but_the_files() -> None:
    row = convert_knowledge(AGENT, MODEL, [*FILES, FILES[0]])
    assert row.id == knowledge_id(AGENT.id)
    assert (row.user_id, row.name, row.description) == ("owner", "helper", "Helps")
    assert row.grants == MODEL.grants
    assert (row.created_at, row.updated_at) == (MODEL.created_at, MODEL.updated_at)
    assert row.file_ids == ("one", "two")
    assert row.meta == {"source": "local", "librechat": {"id": AGENT.id}}


def test_an_id_that_is_taken_is_not_used() -> None:
    ids = FreeIds({("knowledge", knowledge_id(AGENT.id)): Held("somebody", None)})
    assert is_another(convert_knowledge(AGENT, MODEL, FILES, ids).id)


def test_what_fits_is_given_whole() -> None:
    knowledge = convert_knowledge(AGENT, MODEL, FILES)
    row = attached(MODEL, knowledge, whole=True)
    (item,) = row.meta["knowledge"]
    assert item == {
        "id": knowledge.id,
        "name": "helper",
        "description": "Helps",
        "type": "collection",
        "context": "full",
    }
    assert row.params == {**MODEL.params, "function_calling": "legacy"}
    assert "knowledge" not in MODEL.meta


def test_what_does_not_fit_is_searched() -> None:
    row = attached(MODEL, convert_knowledge(AGENT, MODEL, FILES), whole=False)
    assert "context" not in row.meta["knowledge"][0]
    assert row.params == MODEL.params


@pytest.mark.parametrize(("size", "fits"), [(MAX_WHOLE, True), (MAX_WHOLE + 1, False)])
def test_all_files_together_must_fit(size: int, fits: bool) -> None:
    first = FileLink("one", "a.pdf", "application/pdf", MAX_WHOLE * 9, characters=size - 1)
    files = [first, FileLink("two", "b.txt", "text/plain", 1, characters=1)]
    assert fits_whole(files) is fits


def test_what_is_missing_and_what_is_large_is_said() -> None:
    def codes(*found: str, whole: bool) -> list[WarningCode]:
        notices = knowledge_notices("agent A", ["a", "b"], found, whole=whole)
        assert all(notice.detail.startswith("agent A: ") for notice in notices)
        return [notice.code for notice in notices]

    assert codes("a", "b", whole=True) == []
    assert codes("a", whole=True) == [WarningCode.KNOWLEDGE_INCOMPLETE]
    assert codes("a", "b", whole=False) == [WarningCode.KNOWLEDGE_LARGE]
    assert codes(whole=False) == [WarningCode.KNOWLEDGE_INCOMPLETE]

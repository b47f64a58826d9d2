"""What agents know and what they were, compared: damage, and what people did."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.mapping.library import knowledge_rows, model_rows
from migrator_core.openwebui.verifying.comparison import compare
from migrator_core.openwebui.verifying.facts import Facts, Gap
from migrator_core.rows import ModelVersion
from migrator_core.verification import Difference
from tests.support.rows import knowledge, model

CONTEXT = MappingContext(
    now=1_800_000_000,
    earliest_account=1_600_000_000,
    creator="admin",
    default_group=None,
    group_share="members",
)
FACTS = Facts(there=frozenset({("file", "a"), ("file", "b")}))
Rows = dict[str, list[dict[str, Any]]]


def _by_table(rows: list[Any]) -> Rows:
    found: Rows = {}
    for row in rows:
        found.setdefault(row.table, []).append({"parent_id": None, **copy.deepcopy(row.values)})
    return found


def _knowledge() -> Rows:
    return _by_table(knowledge_rows(knowledge("helper", "bea", ("a", "b")), CONTEXT))


def _model() -> Rows:
    version = ModelVersion(
        "Draft", "gpt-4", {"system": "Old."}, {"description": "Was"}, "bea",
        "Version 1 in LibreChat", 1_640_000_000,
    )  # fmt: skip
    return _by_table(model_rows(replace(model("helper", "bea"), earlier=(version,)), CONTEXT))


def _gaps(kind: str, expected: Rows, ours: Rows, others: Rows | None = None) -> list[Gap]:
    return compare(kind, expected, ours, others or {}, FACTS)


def test_what_is_there_as_it_was_written_differs_in_nothing() -> None:
    assert _gaps("knowledge", _knowledge(), _knowledge()) == []
    assert _gaps("model", _model(), _model()) == []


def test_a_file_that_left_was_taken_out_unless_it_is_gone_itself() -> None:
    ours = _knowledge()
    left = ours["knowledge_file"].pop()
    gap = Gap(Difference.REMOVED_IN_OPEN_WEBUI, f"file {left['file_id']}")
    assert _gaps("knowledge", _knowledge(), ours) == [gap]
    assert compare("knowledge", _knowledge(), ours, {}, Facts()) == []


def test_a_file_that_joined_is_a_persons_or_one_too_many() -> None:
    more = {**_knowledge()["knowledge_file"][0], "file_id": "c"}
    theirs = _gaps("knowledge", _knowledge(), _knowledge(), {"knowledge_file": [more]})
    assert theirs == [Gap(Difference.CHANGED_IN_OPEN_WEBUI, "file c")]
    ours = _knowledge()
    ours["knowledge_file"].append(more)
    found = _gaps("knowledge", _knowledge(), ours)
    assert found == [Gap(Difference.UNEXPECTED, "file c")]


def test_an_earlier_version_may_be_deleted_and_must_say_what_it_said() -> None:
    ours = _model()
    deleted = ours["model_history"].pop()
    name = f"model_history: {deleted['commit_message']}"
    assert _gaps("model", _model(), ours) == [Gap(Difference.REMOVED_IN_OPEN_WEBUI, name)]
    ours = _model()
    ours["model_history"][1]["snapshot"]["params"]["system"] = "New."
    (gap,) = _gaps("model", _model(), ours)
    assert gap.difference is Difference.DIFFERS


@pytest.mark.parametrize(
    "changes",
    [
        {"base_model_id": "gpt-4o"},
        {"params": {"system": "Old.", "function_calling": "legacy"}},
        {"meta": {"description": "Was", "knowledge": [{"id": "k"}], "librechat": {"id": "x"}}},
    ],
)
def test_what_of_an_earlier_version_follows_the_agent_is_not_compared(
    changes: dict[str, Any],
) -> None:
    ours = _model()
    ours["model_history"][1]["snapshot"] |= changes
    assert _gaps("model", _model(), ours) == []

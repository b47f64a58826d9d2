"""Agents whose id somebody took before, and those that are simply there already."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.librechat.documents.agent import Agent
from migrator_core.openwebui import OpenWebUI
from migrator_core.outcome import WarningCode
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover
from migrator_core.runs.phases.model_ids import ModelIdsPhase
from migrator_core.runs.results import Accounts
from tests.support.rows import key, model
from tests.unit.openwebui.stand_in import stand_in

BEA, CARL = key("bea"), key("carl")


class OneAgent:
    """A backup with the agent ``agent_one`` of the user ``bea``, as far as the phase reads it."""

    models = ModelMapper({}, "gpt-4o", frozenset())

    def readable(self, collection: str, _model: type) -> list[Agent]:
        if collection != "agents":
            return []
        return [Agent.model_validate({"_id": "a" * 24, "id": "agent_one", "author": "bea"})]


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[OpenWebUI]:
    async with stand_in(tmp_path) as target:
        yield target


async def _ids(target: OpenWebUI) -> tuple[str, list[WarningCode]]:
    handover = Handover()
    handover.leave(Accounts, Accounts({"bea": BEA}, {}))
    phase = ModelIdsPhase(cast("Inputs", OneAgent()), handover)
    phase.read_ahead(lambda _count: None)
    await phase.ask(target)
    return phase.result().mapper.agent_model("agent_one"), [one.code for one in phase.advice()]


async def _somebody_makes(target: OpenWebUI, name: str, owner: str, agent: str | None) -> None:
    row = model("one", owner)
    meta: dict[str, Any] = {"librechat": {"id": agent}} if agent else {}
    values = {
        "id": name, "user_id": owner, "base_model_id": "gpt-4o", "name": "Mine",
        "params": {"system": "Obey me."}, "meta": meta, "is_active": True,
        "created_at": row.created_at, "updated_at": row.updated_at,
    }  # fmt: skip
    insert = sa.insert(target.schema.table("model"))
    await target.database.write(lambda connection: connection.execute(insert, values))


async def test_a_free_id_is_the_agents_own(target: OpenWebUI) -> None:
    assert await _ids(target) == ("agent-one", [])


@pytest.mark.parametrize(
    ("owner", "agent"),
    [(CARL, None), (CARL, "agent_one"), (BEA, None), (BEA, "agent_two")],
)
async def test_an_id_that_somebody_took_is_left_to_them(
    target: OpenWebUI, owner: str, agent: str | None
) -> None:
    await _somebody_makes(target, "agent-one", owner, agent)
    other, warnings = await _ids(target)
    assert other.startswith("agent-one-")
    assert warnings == [WarningCode.ID_TAKEN]
    assert (await _ids(target))[0] == other
    await _somebody_makes(target, other, CARL, "agent_one")
    assert (await _ids(target))[0] not in {"agent-one", other}


async def test_a_model_that_names_the_agent_and_has_its_owner_is_ours(target: OpenWebUI) -> None:
    await _somebody_makes(target, "agent-one", BEA, "agent_one")
    assert await _ids(target) == ("agent-one", [])

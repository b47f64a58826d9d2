"""The ledger's own rules; what databases make of it is tested on real ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.openwebui import Ledger, OpenWebUI, RunState
from migrator_core.openwebui.ledger.tables import LedgerTables
from tests.unit.openwebui.stand_in import stand_in


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[OpenWebUI]:
    """An Open WebUI that nothing was migrated into yet."""
    async with stand_in(tmp_path) as target:
        yield target


async def start(target: OpenWebUI) -> str:
    run = await Ledger(target).start(
        settings={}, backup_path="", backup_kind="", backup_fingerprint="", tool_version=""
    )
    return run.id


async def test_trouble_keeps_a_run_from_starting_until_it_has_begun(target: OpenWebUI) -> None:
    missing = sa.select(sa.table("no_such_table", sa.column("name")))
    with pytest.raises(CannotStartError):
        await target.database.rows(missing)
    await start(target)
    with pytest.raises(AbortedError):
        await target.database.rows(missing)


async def test_a_run_began_when_its_conversion_says(target: OpenWebUI) -> None:
    """A verification decides by it what had expired, and which dates stand for missing ones."""
    run = await Ledger(target).start(
        settings={}, backup_path="", backup_kind="", backup_fingerprint="", tool_version="",
        started=1_760_000_000,
    )  # fmt: skip
    assert run.started_at == 1_760_000_000


async def test_a_run_that_was_taken_for_dead_is_told(target: OpenWebUI) -> None:
    ledger = Ledger(target)
    run = await start(target)
    assert await ledger.heartbeat(run, {"done": 1}) is False
    assert await ledger.request_stop(run)
    assert await ledger.heartbeat(run, {"done": 2}) is True
    assert await Ledger(target).mark_interrupted() == 1  # as another run does when it begins
    with pytest.raises(AbortedError, match="taken this one for dead"):
        await ledger.heartbeat(run, {"done": 3})
    (record,) = await ledger.runs()
    assert (record.state, record.progress) == (RunState.INTERRUPTED, {"done": 2})


async def test_a_look_at_the_runs_is_one_question(target: OpenWebUI) -> None:
    """Who looks every second asks for nothing but the runs."""
    ledger = Ledger(target)
    await start(target)
    await ledger.runs()
    asked: list[str] = []
    sa.event.listen(
        target.database.engine.sync_engine,
        "before_cursor_execute",
        lambda *given: asked.append(given[2]),
    )
    await ledger.runs()
    assert len(asked) == 1
    assert "librechat_migration_run" in asked[0]


async def test_a_ledger_that_cannot_be_made_is_a_sentence(target: OpenWebUI) -> None:
    tables = LedgerTables.define(None)
    squatter = f"CREATE VIEW {tables.run.name} AS SELECT 1 AS id"
    await target.database.write(lambda connection: connection.execute(sa.text(squatter)))
    with pytest.raises(CannotStartError):
        await start(target)

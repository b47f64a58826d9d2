"""The ledger: what it remembers, in which order, and for how long."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrator_core.openwebui import Ledger, RunState
from migrator_core.openwebui.ledger.tables import LedgerTables
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.progress import Progress
from migrator_core.runs.journal import Journal
from migrator_core.runs.recalling import recall_warnings, recorded_counts
from migrator_core.tally import Tally
from tests.integration.openwebui.conftest import OpenRun, start_run
from tests.support.databases import Database
from tests.support.rows import item, key, user


async def test_without_tables_nothing_ever_happened(database: Database) -> None:
    async with database.open(read_only=True) as target:
        ledger = Ledger(target)
        assert await ledger.runs() == []
        assert await ledger.run("any") is None
        assert await ledger.made("user", ["x"]) == set()
        assert [entry async for entry in ledger.items("any")] == []
        assert await ledger.mark_interrupted() == 0


async def test_a_run_from_start_to_end(run: OpenRun) -> None:
    started = await run.ledger.run(run.run_id)
    assert started is not None
    assert started.state == RunState.RUNNING
    assert started.settings == {"dry_run": False}
    assert started.open_webui_version == run.target.version
    assert not await run.ledger.heartbeat(run.run_id, {"phase": "users", "done": 1})
    (running,) = await run.ledger.runs()
    assert running.progress == {"phase": "users", "done": 1}
    tally = Tally()
    tally.found("users", 2)
    counts = tally.to_json()
    await run.ledger.finish(run.run_id, RunState.FINISHED, counts, {"avatar-lost": 1})
    (finished,) = await run.ledger.runs()
    assert (finished.state, finished.counts) == (RunState.FINISHED, counts)
    assert finished.warnings == {"avatar-lost": 1}
    assert finished.finished_at is not None
    assert await run.ledger.mark_interrupted() == 0


async def test_whoever_watches_a_run_can_ask_it_to_stop(run: OpenRun) -> None:
    elsewhere = Ledger(run.target)
    assert await elsewhere.request_stop(run.run_id)
    assert await run.ledger.heartbeat(run.run_id, {})
    await run.ledger.finish(run.run_id, RunState.ABORTED, {}, {})
    assert not await elsewhere.request_stop(run.run_id)  # it is over
    assert not await elsewhere.request_stop("no such run")


async def test_a_ledger_of_an_older_version_is_read_and_completed(run: OpenRun) -> None:
    tables = LedgerTables.define(run.target.schema.metadata.schema)
    async with run.target.database.engine.begin() as connection:
        for column in ("progress", "stop_requested_at"):
            await connection.execute(sa.text(f"ALTER TABLE {tables.run.name} DROP COLUMN {column}"))
    (old,) = await Ledger(run.target).runs()
    assert (old.id, old.progress, old.stop_requested_at) == (run.run_id, {}, None)
    again = await start_run(run.target)
    assert not await again.ledger.heartbeat(again.run_id, {"done": 3})
    assert [dict(r.progress) for r in await again.ledger.runs() if r.id == again.run_id] == [
        {"done": 3}
    ]


async def test_a_ledger_whose_items_had_children_goes_on(run: OpenRun) -> None:
    """Earlier releases made a column that demands a number and never got another one than 0."""
    tables = LedgerTables.define(run.target.schema.metadata.schema)
    old = tables.item.to_metadata(sa.MetaData(schema=tables.metadata.schema))
    old.append_column(sa.Column("children", sa.BigInteger, nullable=False))
    await run.writer.write([item(user("bea"))])
    async with run.target.database.engine.begin() as connection:
        entries = await connection.execute(sa.select(tables.item))
        kept = [{**row, "children": 0} for row in entries.mappings()]
        await connection.run_sync(tables.item.drop)
        await connection.run_sync(old.create)
        await connection.execute(sa.insert(old), kept)
    (before,) = await run.items()
    assert (before.target_kind, before.target_id) == ("user", key("bea"))

    again = await start_run(run.target)
    first, second = await again.writer.write([item(user("bea")), item(user("carl"))])
    assert (first.state, second.state) == (State.EXISTING, State.MIGRATED)
    assert [entry.state for entry in await again.items()] == ["existing", "migrated"]
    assert await run.items() == [before]
    async with run.target.database.engine.connect() as connection:
        columns = await connection.run_sync(
            lambda sync: sa.inspect(sync).get_columns(tables.item.name)
        )
    assert "children" not in {column["name"] for column in columns}


async def test_dead_runs_are_closed_at_their_last_sign_of_life(run: OpenRun) -> None:
    assert await run.ledger.mark_interrupted() == 1
    (dead,) = await run.ledger.runs()
    assert (dead.state, dead.finished_at) == ("interrupted", dead.heartbeat_at)


async def test_many_items_come_back_in_order_and_only_this_runs(run: OpenRun) -> None:
    other = await start_run(run.target)
    for start in range(0, 2500, 500):
        outcomes = [
            Outcome("messages", f"m{number}", State.SKIPPED, None, Reason.NO_MESSAGES)
            for number in range(start, start + 500)
        ]
        await run.writer.record(outcomes)
        await other.writer.record(outcomes[:1])
    expected = [f"m{number}" for number in range(2500)]
    assert [entry.source_id for entry in await run.items()] == expected
    backwards = [entry.source_id async for entry in run.ledger.items(run.run_id, newest_first=True)]
    assert backwards == expected[::-1]
    failed = [entry async for entry in run.ledger.items(run.run_id, states=[State.FAILED])]
    assert failed == []
    assert len(await other.items()) == 5


@pytest.mark.parametrize(
    "hostile", ["a" * 10_000, "\x00\x00", "\ud83d\ude00 \ud83d", "'; DROP TABLE chat; --", ""]
)
async def test_it_takes_any_text(run: OpenRun, hostile: str) -> None:
    outcome = Outcome("files", hostile, State.FAILED, hostile, Reason.INVALID_DOCUMENT, hostile)
    await run.writer.record([outcome])
    (entry,) = await run.items()
    assert len(entry.source_id) <= 1000
    assert (entry.collection, entry.state, entry.reason) == ("files", "failed", "invalid-document")


async def test_what_was_made_and_what_was_undone(run: OpenRun) -> None:
    await run.writer.write([item(user("bea")), item(user("carl"))])
    ids = [key("bea"), key("carl"), "unknown"]
    assert await run.ledger.made("user", ids) == {key("bea"), key("carl")}
    assert await run.ledger.made("chat", ids) == set()
    first, _ = await run.items()
    async with run.target.database.engine.begin() as connection:
        await run.ledger.mark_undone(run.run_id, [first.number], connection)
    assert await run.ledger.made("user", ids) == {key("carl")}


async def test_the_ledger_can_be_removed(run: OpenRun) -> None:
    await run.writer.write([item(user("bea"))])
    async with run.target.database.engine.begin() as connection:
        for table in ("librechat_migration_item", "librechat_migration_run"):
            await connection.execute(sa.text(f"DROP TABLE {table}"))
    later = await start_run(run.target)
    (written,) = await later.writer.write([item(user("bea"))])
    assert written.state is State.EXISTING


async def test_a_continued_run_says_what_the_killed_one_had_warned_of(
    run: OpenRun, tmp_path: Path
) -> None:
    lost = Notice(WarningCode.AVATAR_LOST, "the picture of one person")
    both = Notice(WarningCode.LARGE_CHAT, "a chat that both runs met")
    await run.ledger.note(run.run_id, [lost, both])
    await run.ledger.mark_interrupted()
    second = await _begin(run, "z-2")
    with closing(Journal(tmp_path, Progress())) as journal:
        journal.warn(both)
        await recall_warnings(run.ledger, second, journal)
        assert list(journal.warnings()) == [both, lost]
    await run.ledger.finish(second, RunState.FINISHED, {}, {})
    third = await _begin(run, "z-3")
    (tmp_path / "third").mkdir()
    with closing(Journal(tmp_path / "third", Progress())) as journal:
        await recall_warnings(run.ledger, third, journal)
        assert list(journal.warnings()) == [], "a finished run has said it"


async def _begin(run: OpenRun, run_id: str) -> str:
    """Another run; its id decides the order where two begin in the same second."""
    started = await run.ledger.start(
        settings={},
        backup_path="/backup",
        backup_kind="mongoexport",
        backup_fingerprint="f" * 64,
        tool_version="0.1.0",
        run_id=run_id,
    )
    return started.id


async def test_a_run_without_sums_is_counted_by_what_it_recorded(run: OpenRun) -> None:
    await run.writer.write([item(user("bea"))])
    await run.writer.record([Outcome("users", "two", State.SKIPPED, None, Reason.NO_EMAIL)])
    await run.ledger.mark_interrupted()
    counts = await recorded_counts(run.ledger, run.run_id)
    assert counts["users"]["found"] == 2
    assert counts["users"]["migrated"] == 1
    assert counts["users"]["skipped"] == {"no-email": 1}

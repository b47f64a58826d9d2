"""Items are committed with their entries, and one bad row spoils no other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrator_core.errors import AbortedError
from migrator_core.openwebui import Ledger, LiveWriter, OpenWebUI
from migrator_core.outcome import Reason, State
from migrator_core.rows import Row
from tests.support.rows import chat, item, key, prompt, tag, user
from tests.unit.openwebui.stand_in import stand_in

BEA = key("bea")


@dataclass
class Run:
    """A run that is open."""

    target: OpenWebUI
    ledger: Ledger
    writer: LiveWriter
    id: str

    async def write(self, *rows: Row) -> list[State]:
        return [one.state for one in await self.writer.write([item(row) for row in rows])]

    async def rows(self, table: str, column: str = "id") -> Sequence[str]:
        found = self.target.schema.table(table).c[column]
        return sorted(row[0] for row in await self.target.database.rows(sa.select(found)))

    async def entries(self) -> list[tuple[str, str | None, str | None]]:
        return [
            (entry.state, entry.target_kind, entry.target_id)
            async for entry in self.ledger.items(self.id)
        ]


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    """A run into a database without Open WebUI."""
    async with stand_in(tmp_path) as target:
        ledger = Ledger(target)
        begun = await ledger.start(
            settings={}, backup_path="", backup_kind="", backup_fingerprint="", tool_version=""
        )
        yield Run(target, ledger, LiveWriter(target, ledger, begun.id), begun.id)


async def unique(run: Run, table: str, column: str) -> None:
    """Make the database refuse what nobody has looked for."""
    index = sa.text(f"CREATE UNIQUE INDEX one_{column} ON {table} ({column})")
    await run.target.database.write(lambda connection: connection.execute(index))


async def test_only_the_row_to_blame_fails(run: Run) -> None:
    await unique(run, "prompt", "name")
    rows = [prompt(f"p{number}", BEA) for number in range(7)]
    rows[4] = prompt("P3", BEA)  # another command, the same name
    states = await run.write(*rows)
    assert [place for place, state in enumerate(states) if state is State.FAILED] == [4]
    assert len(await run.rows("prompt")) == 6
    failed = [entry async for entry in run.ledger.items(run.id, states=[State.FAILED])]
    assert [entry.reason for entry in failed] == [Reason.REJECTED_BY_DATABASE]
    assert len(await run.entries()) == 7


async def test_a_tag_that_a_chat_brings_is_remembered_where_it_was_missing(run: Run) -> None:
    await run.write(tag("Later", BEA))
    tags = (tag("Later", BEA), tag("New", BEA))
    await run.write(chat("Trip", BEA, tags=tags), chat("Food", BEA, tags=tags))
    brought = [entry for entry in await run.entries() if entry[0] == "brought"]
    assert brought == [("brought", "tag", f"{BEA}/new")]
    assert await run.rows("tag") == ["later", "new"]
    assert await run.ledger.made("tag", [f"{BEA}/later", f"{BEA}/new"]) == {
        f"{BEA}/later",
        f"{BEA}/new",
    }


async def test_a_refused_chat_brings_no_tag(run: Run) -> None:
    await unique(run, "chat", "title")
    await run.write(chat("Trip", BEA, tags=()))
    states = await run.write(chat("Other", BEA, title="Trip"), user("carl"))
    assert states == [State.FAILED, State.MIGRATED]
    assert await run.rows("tag") == []
    assert "brought" not in {state for state, *_ in await run.entries()}


async def test_a_link_to_a_file_that_is_gone_costs_nothing_else(run: Run) -> None:
    assert await run.write(chat("Trip", BEA, file_ids=(("q", "gone"),))) == [State.MIGRATED]
    assert await run.rows("chat_file") == []
    assert len(await run.rows("chat_message")) == 3


async def test_a_ledger_that_takes_no_entries_ends_the_run(run: Run) -> None:
    await run.write(user("bea"))
    await unique(run, "librechat_migration_item", "target_kind")
    with pytest.raises(AbortedError, match="does not take its own entries"):
        await run.write(user("carl"))
    assert await run.rows("user") == ["admin", BEA]

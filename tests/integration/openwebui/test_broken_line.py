"""A line to PostgreSQL that breaks: nothing is lost, nothing is written twice, all is said."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.openwebui import Ledger, PreviewWriter, RunLock
from migrator_core.openwebui.tables.registry import kind_named
from migrator_core.openwebui.writing.conflicts import Conflicts
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.rows import FileRow, Grant, Row
from tests.integration.openwebui.conftest import OpenRun, start_run
from tests.support.broken_line import BrokenLine, broken_line
from tests.support.databases import ADMIN, Database
from tests.support.rows import chat, file, group, item, key, model, prompt, tag, user

pytestmark = [pytest.mark.openwebui, pytest.mark.postgres]

BEA = key("bea")
BREAKS = ["lose_request", "lose_answer"]


@dataclass(frozen=True)
class Line:
    """A run over a line that can be broken."""

    run: OpenRun
    breaks: BrokenLine
    database: Database

    def break_at(self, how: str, pattern: bytes = b"COMMIT") -> None:
        getattr(self.breaks, how)(pattern)


@pytest.fixture
async def line(postgres_database: Database) -> AsyncIterator[Line]:
    """A run that goes over such a line."""
    url = make_url(postgres_database.url)
    async with broken_line(str(url.host), int(url.port or 0)) as (breaks, port):
        through = url.set(port=port).render_as_string(hide_password=False)
        database = replace(postgres_database, url=through)
        async with database.open(patience=30.0) as target:
            yield Line(await start_run(target), breaks, database)


@pytest.mark.parametrize("how", BREAKS)
async def test_a_commit_takes_effect_once(line: Line, how: str) -> None:
    rows: list[Row] = [user("bea"), chat("Trip", BEA), prompt("hi", BEA)]
    line.break_at(how)
    written = await line.run.writer.write([item(row) for row in rows])
    assert line.breaks.cut == 1
    assert [one.state for one in written] == [State.MIGRATED] * 3
    assert len(await line.run.rows("prompt")) == len(await line.run.rows("chat")) == 1
    states = [entry.state for entry in await line.run.items()]
    assert sorted(states) == ["brought", "migrated", "migrated", "migrated"]


@pytest.mark.parametrize("how", BREAKS)
async def test_a_password_is_replaced_once_and_said_to_be(line: Line, how: str) -> None:
    await line.run.writer.write([item(user("bea", password_hash="old"))])
    bea = (await line.run.target.inventory.accounts(["bea@people.example"]))["bea@people.example"]
    line.break_at(how)
    assert await line.run.writer.set_password(bea, "new")
    run = line.run
    (replaced,) = [entry async for entry in run.ledger.items(run.run_id, replaced=True)]
    assert dict(replaced.replaced or {})["rows"][0][2]["in"]["password"]["was"] == "old"


@pytest.mark.parametrize("how", BREAKS)
async def test_entries_are_recorded_once(line: Line, how: str) -> None:
    line.break_at(how)
    await line.run.writer.record([Outcome("files", "f", State.SKIPPED, None, Reason.NO_TEXT)])
    line.break_at(how)
    await line.run.writer.note([Notice(WarningCode.AVATAR_LOST, "user f")])
    line.break_at(how)
    assert not await line.run.ledger.heartbeat(line.run.run_id, {"done": 1})
    line.break_at(how)
    again = await start_run(line.run.target)
    assert [entry.state for entry in await line.run.items()] == ["skipped", "warning"]
    runs = await line.run.ledger.runs()
    assert {run.id: run.progress for run in runs} == {
        line.run.run_id: {"done": 1},
        again.run_id: {},
    }


async def write(run: OpenRun, row: Row) -> None:
    if isinstance(row, FileRow):
        await run.writer.write_file(item(row), lambda: io.BytesIO(b"hello"))
    else:
        await run.writer.write([item(row)])


async def test_a_line_that_breaks_at_every_commit_changes_nothing(
    line: Line, postgres: Any, postgres_template: str
) -> None:
    readers, notes = Grant("user", "*", "read"), file("notes.txt", BEA)
    rows: list[Row] = [user("bea"), group("Team", BEA), tag("Later", BEA), notes]
    rows += [chat("Trip", BEA, file_ids=(("q", notes.id),)), prompt("hi", BEA, readers)]
    rows += [model("one", BEA, readers)]
    for number, row in enumerate(rows):
        line.break_at(BREAKS[number % 2])
        await write(line.run, row)
    assert line.breaks.cut == len(rows)
    url = postgres.create_database(f"undisturbed_{id(line)}", postgres_template)
    async with replace(line.database, url=url).open() as target:
        undisturbed = await start_run(target)
        for row in rows:
            await write(undisturbed, row)
        assert without_reading_time(await line.run.everything()) == without_reading_time(
            await undisturbed.everything()
        )
        assert len(await undisturbed.items()) == len(await line.run.items())


def without_reading_time(tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """When a chat was read last is the time of the run."""
    for chat_row in tables["chat"]:
        chat_row.pop("last_read_at")
    # Each database has an administrator of its own.
    return {**tables, "user": tables["user"][1:], "auth": tables["auth"][1:], "group": []}


QUESTIONS: dict[str, Callable[[OpenRun], Awaitable[object]]] = {
    "accounts": lambda run: run.target.inventory.accounts([ADMIN["email"]]),
    "first admin": lambda run: run.target.inventory.first_admin(),
    "earliest account": lambda run: run.target.inventory.earliest_account(),
    "models": lambda run: run.target.inventory.model_ids(),
    "commands": lambda run: run.target.inventory.prompt_commands(),
    "folders": lambda run: run.target.inventory.folders(),
    "shared chats": lambda run: run.target.inventory.shared_chats(),
    "default group": lambda run: run.target.inventory.default_group(),
    "tags of an upload": lambda run: run.target.inventory.upload_tags(BEA),
    "the schema": lambda run: run.target.check(),
    "runs": lambda run: Ledger(run.target).runs(),
    "a run": lambda run: Ledger(run.target).run(run.run_id),
    "its items": lambda run: run.items(),
    "what was made": lambda run: Ledger(run.target).made("user", [BEA]),
    "conflicts": lambda run: Conflicts(run.target, Ledger(run.target)).existing(
        kind_named("prompt"), [key("/hi")]
    ),
    "a preview": lambda run: PreviewWriter(run.target).write([item(user("bea"))]),
    "the lock": lambda run: RunLock(run.target).is_held(),
}


@pytest.mark.parametrize("question", QUESTIONS)
async def test_every_question_is_asked_again(line: Line, question: str) -> None:
    await line.run.writer.write([item(user("bea")), item(prompt("hi", BEA))])
    expected = await QUESTIONS[question](line.run)
    line.break_at("lose_request", b"FROM")
    assert await QUESTIONS[question](line.run) == expected
    assert line.breaks.cut == 1


async def test_a_database_that_is_away_for_a_moment_is_waited_for(line: Line) -> None:
    line.breaks.down = True
    asyncio.get_running_loop().call_later(0.3, setattr, line.breaks, "down", False)
    (written,) = await line.run.writer.write([item(user("bea"))])
    assert written.state is State.MIGRATED


async def test_one_that_stays_away_ends_with_a_sentence(line: Line) -> None:
    async with line.database.open(patience=0.2) as target:
        line.breaks.down = True
        with pytest.raises(CannotStartError, match=r"PostgreSQL database .* cannot be reached"):
            await RunLock(target).acquire()
        with pytest.raises(CannotStartError, match="Check DATABASE_URL"):
            await Ledger(target).runs()
        line.breaks.down = False
        run = await start_run(target)
        line.breaks.down = True
        with pytest.raises(AbortedError, match="safe to run again"):
            await run.writer.write([item(user("bea"))])


async def test_a_lock_whose_connection_broke_is_lost_and_says_so(line: Line) -> None:
    async with RunLock(line.run.target) as lock:
        line.breaks.cut_all()
        with pytest.raises(AbortedError, match=r"lost the lock.*connection.*safe to run again"):
            await lock.check()


async def test_taking_the_lock_is_tried_again(line: Line) -> None:
    line.break_at("lose_request", b"pg_try_advisory_lock")
    async with RunLock(line.run.target) as lock:
        await lock.check()
    assert line.breaks.cut == 1

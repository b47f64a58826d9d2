"""What is there already, what was removed, and what earlier items of a preview have taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrator_core.openwebui import Ledger, LiveWriter, OpenWebUI
from migrator_core.openwebui.writing.conflicts import Conflicts, Seen, Written, stages
from migrator_core.outcome import Reason, State
from migrator_core.rows import Row
from tests.support.rows import (
    chat,
    folder,
    group,
    item,
    key,
    model,
    prompt,
    shared,
    shared_pair,
    tag,
    user,
)  # fmt: skip
from tests.unit.openwebui.stand_in import stand_in

BEA = key("bea")


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[OpenWebUI]:
    """An Open WebUI that a run has written one row of each kind to."""
    async with stand_in(tmp_path) as target:
        ledger = Ledger(target)
        run = await ledger.start(
            settings={}, backup_path="", backup_kind="", backup_fingerprint="", tool_version=""
        )
        rows: list[Row] = [user("bea"), group("Team"), tag("Later", BEA), folder("Work", BEA)]
        rows += [*shared_pair("Trip", BEA), prompt("greet", BEA), model("one", BEA)]
        written = await LiveWriter(target, ledger, run.id).write([item(row) for row in rows])
        assert {one.state for one in written} == {State.MIGRATED}
        yield target


async def settle(
    target: OpenWebUI, *rows: Row, seen: Seen | None = None
) -> list[tuple[State, Reason | None, str | None] | None]:
    conflicts = Conflicts(target, Ledger(target))
    verdicts = await conflicts.settle([item(row) for row in rows], seen or Seen())
    return [(one.state, one.reason, one.target_id) if one else None for one in verdicts]


async def delete(target: OpenWebUI, table: str) -> None:
    deletion = sa.delete(target.schema.table(table))
    await target.database.write(lambda connection: connection.execute(deletion))


@pytest.mark.parametrize(
    ("row", "target_id"),
    [
        (user("bea", email="new@people.example"), BEA),
        (user("other", email=" BEA@People.Example"), BEA),
        (user("mine", email="ADMIN@owner.example"), "admin"),
        (group("Team", BEA), key("Team")),
        (tag("later", BEA), f"{BEA}/later"),
        (folder("Work", BEA), key("folder Work")),
        (chat("Trip", BEA, title="Other"), key("Trip")),
        (shared("Trip", BEA), "link-to-Trip"),
        (prompt("greet", key("carl")), key("/greet")),
        (model("one", key("carl")), "agent-one"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
async def test_what_is_there_is_recognised(target: OpenWebUI, row: Row, target_id: str) -> None:
    assert await settle(target, row) == [(State.EXISTING, None, target_id)]


async def test_what_is_not_there_is_new(target: OpenWebUI) -> None:
    rows: list[Row] = [user("carl"), tag("Later", key("carl")), tag("a/b", BEA), chat("Food", BEA)]
    assert await settle(target, *rows, prompt("hello", BEA)) == [None] * 5


async def test_a_value_that_a_stranger_has_is_refused(target: OpenWebUI) -> None:
    conflicts = Conflicts(target, Ledger(target))
    food = chat("Food", BEA, share_id="link-to-Trip")
    await LiveWriter(target, Ledger(target), "run").write([item(food)])
    rows: list[Row] = [
        replace(prompt("greet", BEA), id="another"),
        replace(shared("Food", BEA), id="link-to-Trip"),
    ]
    verdicts = await conflicts.settle([item(row) for row in rows], Seen())
    assert [(one.state, one.detail) for one in verdicts if one] == [
        (State.FAILED, "the command /greet is taken by another prompt"),
        (State.FAILED, "the address /s/link-to-Trip is taken by another shared chat"),
    ]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("user", user("bea")),
        ("tag", tag("Later", BEA)),
        ("chat", chat("Trip", BEA)),
        ("chat", shared("Trip", BEA)),
        ("prompt", prompt("greet", BEA)),
    ],
)
async def test_what_somebody_removed_stays_away(target: OpenWebUI, table: str, row: Row) -> None:
    await delete(target, "shared_chat")
    await delete(target, table)
    assert await settle(target, row) == [(State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI, None)]


async def test_a_shared_chat_needs_its_chat(target: OpenWebUI) -> None:
    lonely = shared("Unknown", BEA)
    assert await settle(target, lonely) == [(State.FAILED, Reason.PARENT_FAILED, None)]
    seen = Seen()
    seen.note(Written(item(chat("Unknown", BEA, share_id=lonely.id)), State.MIGRATED))
    assert await settle(target, lonely, seen=seen) == [None]


async def test_items_of_one_batch_see_each_other(target: OpenWebUI) -> None:
    rows: list[Row] = [user("carl"), user("twin", email="carl@people.example"), prompt("hi", BEA)]
    rows += [replace(prompt("hi", BEA), id="p2"), tag("New", BEA), tag("new", BEA)]
    states = [one and one[0] for one in await settle(target, *rows)]
    assert states == [None, State.EXISTING, None, State.FAILED, None, State.EXISTING]


async def test_a_preview_remembers_what_may_come_again(target: OpenWebUI) -> None:
    seen = Seen()
    again: list[Row] = [user("carl"), prompt("hi", BEA), shared("Trip", BEA), model("two", BEA)]
    for row in [*again, chat("Food", BEA)]:
        seen.note(Written(item(row), State.MIGRATED))
    states = [one and one[0] for one in await settle(target, *again, seen=seen)]
    assert states == [State.EXISTING] * 4
    # Every chat of a backup would be too many; the writer is given each of them once.
    assert await settle(target, chat("Food", BEA), seen=seen) == [None]


async def test_ids_that_no_driver_takes_are_nowhere(target: OpenWebUI) -> None:
    rows = [chat("x", BEA, id="\ud800"), chat("y", BEA, id="a\x00b")]
    assert await settle(target, *rows) == [None, None]


def test_shared_chats_come_after_all_chats() -> None:
    rows: list[Row] = [shared("Trip", BEA), chat("Trip", BEA), user("bea"), shared("Food", BEA)]
    assert stages([item(row) for row in rows]) == [[1, 2], [0, 3]]
    assert stages([]) == []

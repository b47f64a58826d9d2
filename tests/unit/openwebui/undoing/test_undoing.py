"""What an undo takes back and what it leaves, on the tables as the registry describes them."""

from __future__ import annotations

import contextlib
import copy
import io
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrator_core.openwebui import (
    Ledger,
    LiveWriter,
    OpenWebUI,
    Plan,
    Planning,
    Removing,
    RunRecord,
    UndoMemory,
)
from migrator_core.openwebui.contents.digests import REST
from migrator_core.openwebui.contents.rest import rest_of_chat
from migrator_core.outcome import State
from migrator_core.rows import ChatRow, FileRow, Grant, Row
from tests.support.rows import chat, file, item, key, model, rating, shared_pair, user
from tests.unit.openwebui.stand_in import stand_in

BEA, TRIP = user("bea"), key("Trip")
NOTES = file("notes.txt", BEA.id)
HELPER = model("helper", BEA.id)
PARAMS = {"temperature": 1.0, "stop": "END"}
CHAT, LINK = shared_pair("Trip", BEA.id, Grant("user", "*", "read"))
SET: Any = {"models": [HELPER.id], "params": PARAMS, "files": [{"id": NOTES.id}]}
CHAT = replace(
    CHAT,
    chat={**CHAT.chat, **SET},
    file_ids=(("q", NOTES.id),),
    feedback=(rating("Trip", BEA.id),),
)
EVERYTHING = (BEA, HELPER, NOTES, CHAT, LINK)

Kept = set[tuple[str, str, str]]


class Deployment:
    """An Open WebUI that one run after the other writes to, and that undos take back."""

    def __init__(self, target: OpenWebUI, home: Path) -> None:
        self.target, self._home = target, home
        self._ledger = Ledger(target)
        self.stored = target.data_dir / "uploads" / NOTES.stored_name

    async def run(self, *rows: Row) -> RunRecord:
        begun = await self._ledger.start(
            settings={}, backup_path="", backup_kind="", backup_fingerprint="", tool_version=""
        )
        writer = LiveWriter(self.target, self._ledger, begun.id)
        for row in rows:
            if isinstance(row, FileRow):
                written = await writer.write_file(item(row), lambda: io.BytesIO(b"hello"))
            else:
                (written,) = await writer.write([item(row)])
            assert written.state in {State.MIGRATED, State.EXISTING}, written
        return begun

    async def undo(self, run: RunRecord, meanwhile: Callable[[], Any] | None = None) -> Kept:
        """What it kept: why, kind and id; ``meanwhile`` is done once everything was looked at."""
        self._home.mkdir(exist_ok=True)
        with contextlib.closing(Plan(self._home)) as plan:
            memory = UndoMemory(self.target)
            await Planning(self.target, memory, run, plan, lambda _done: None).fill()
            foretold = {(one.why.value, one.kind, one.target_id) for one in plan.kept()}
            if meanwhile is not None:
                await meanwhile()
            removing = Removing(self.target, self._ledger, memory, run, plan, lambda _done: None)
            await removing.carry_out()
            kept = {(one.why.value, one.kind, one.target_id) for one in plan.kept()}
        assert meanwhile is not None or kept == foretold
        await self._ledger.close_undone(run.id)
        (self._home / "undo.db").unlink()
        return kept

    async def everything(self) -> dict[str, Sequence[Any]]:
        tables = self.target.schema.tables.values()
        return {table.name: await self.target.database.rows(sa.select(table)) for table in tables}

    async def row(self, table: str, row_id: str) -> dict[str, Any]:
        found = self.target.schema.table(table)
        (row,) = await self.target.database.rows(sa.select(found).where(found.c.id == row_id))
        return dict(row._mapping)

    async def change(self, table: str, row_id: str, **values: object) -> None:
        """Somebody changes something in Open WebUI."""
        found = self.target.schema.table(table)
        change = sa.update(found).where(found.c.id == row_id).values(values)
        await self.target.database.write(lambda connection: connection.execute(change))

    async def change_document(self, **values: object) -> None:
        """A page saves the chat."""
        document = (await self.row("chat", TRIP))["chat"]
        await self.change("chat", TRIP, chat={**document, **values})


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    async with stand_in(tmp_path) as target:
        yield Deployment(target, tmp_path / "undo")


async def test_a_shared_link_goes_with_its_chat_and_account(deployment: Deployment) -> None:
    before = await deployment.everything()
    run = await deployment.run(*EVERYTHING)
    assert await deployment.undo(run) == set()
    assert await deployment.everything() == before
    assert not deployment.stored.exists()


async def test_bytes_that_a_run_brought_back_stay_with_their_record(
    deployment: Deployment,
) -> None:
    first = await deployment.run(BEA, NOTES)
    deployment.stored.unlink()
    second = await deployment.run(BEA, NOTES)
    assert await deployment.undo(second) == {("needed", "file", NOTES.id)}
    assert deployment.stored.read_bytes() == b"hello"
    assert await deployment.undo(first) == set()
    assert not deployment.stored.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"params": {**PARAMS, "system": "In my own words."}},
        {"params": {}},
        {"files": [{"id": NOTES.id}, {"id": "mine"}]},
    ],
)
async def test_what_somebody_set_for_a_chat_keeps_it(
    deployment: Deployment, values: dict[str, object]
) -> None:
    run = await deployment.run(*EVERYTHING)
    await deployment.change_document(**values)
    kept = await deployment.undo(run)
    assert ("changed", "chat", TRIP) in kept
    assert ("needed", "file", NOTES.id) in kept


async def test_a_page_that_saves_what_it_shows_changes_nothing(deployment: Deployment) -> None:
    run = await deployment.run(*EVERYTHING)
    await deployment.change_document(params={"temperature": 1, "stop": "END", "seed": None})
    assert await deployment.undo(run) == set()


async def test_a_note_about_a_chat_and_the_text_of_a_file_keep_them(
    deployment: Deployment,
) -> None:
    run = await deployment.run(*EVERYTHING)
    meta = (await deployment.row("chat", TRIP))["meta"]
    await deployment.change("chat", TRIP, meta={**meta, "color": "red"})
    await deployment.change("file", NOTES.id, data={"content": "Corrected"})
    kept = await deployment.undo(run)
    assert {("changed", "chat", TRIP), ("changed", "file", NOTES.id)} <= kept


async def test_what_a_later_run_brings_is_not_what_somebody_changed(
    deployment: Deployment,
) -> None:
    await deployment.run(BEA, chat("Trip", BEA.id))
    newer = chat("Trip", BEA.id)
    await deployment.run(replace(newer, chat={**newer.chat, "params": PARAMS}))
    there = await deployment.row("chat", TRIP)
    assert there["chat"]["params"] == PARAMS
    written = (await Ledger(deployment.target).written("chat", [TRIP]))[TRIP]
    assert written is not None
    assert written[REST] == rest_of_chat(there)


def grown(row: ChatRow) -> ChatRow:
    """The chat as a newer backup has it: a question more."""
    messages: Any = copy.deepcopy(row.chat["history"]["messages"])
    messages["q2"] = {**messages["q"], "id": "q2", "parentId": "a2", "childrenIds": []}
    messages["a2"]["childrenIds"] = ["q2"]
    document: Any = {**row.chat, "history": {"currentId": "q2", "messages": messages}}
    return replace(row, chat=document, current_message_id="q2", updated_at=row.updated_at + 100)


async def test_an_agent_stays_that_a_restored_chat_uses(deployment: Deployment) -> None:
    trip = chat("Trip", BEA.id)
    await deployment.run(BEA, trip)
    second = await deployment.run(BEA, grown(trip), HELPER)
    history = (await deployment.row("chat", TRIP))["chat"]["history"]
    mine = {**history["messages"]["a1"], "id": "mine", "model": HELPER.id}
    messages = {**history["messages"], "mine": mine}
    await deployment.change_document(history={**history, "messages": messages})
    assert await deployment.undo(second) == {("needed", "model", HELPER.id)}
    left = (await deployment.row("chat", TRIP))["chat"]["history"]["messages"]
    assert left.keys() == {"q", "a1", "a2", "mine"}


async def test_what_a_chat_needs_stays_that_somebody_takes_up_meanwhile(
    deployment: Deployment,
) -> None:
    run = await deployment.run(*EVERYTHING)
    kept = await deployment.undo(
        run, meanwhile=lambda: deployment.change("chat", TRIP, title="Mine")
    )
    assert {(why, kind) for why, kind, _ in kept} == {
        ("changed", "chat"), ("needed", "model"), ("needed", "file"), ("needed", "user"),
        ("used", "tag"),
    }  # fmt: skip
    assert deployment.stored.exists()
    assert (await deployment.row("chat", TRIP))["share_id"] is None


async def test_what_a_chat_needs_stays_where_it_cannot_become_what_it_was(
    deployment: Deployment,
) -> None:
    trip = chat("Trip", BEA.id)
    await deployment.run(BEA, trip)
    newer = grown(trip)
    newer = replace(newer, chat={**newer.chat, "models": [HELPER.id]})
    second = await deployment.run(BEA, newer, HELPER)
    history = copy.deepcopy((await deployment.row("chat", TRIP))["chat"]["history"])
    history["messages"]["q2"]["content"] = "Mine"
    kept = await deployment.undo(
        second, meanwhile=lambda: deployment.change_document(history=history)
    )
    assert kept == {("changed", "chat", TRIP), ("needed", "model", HELPER.id)}

"""Which documents wait for vectors, and what becomes of a record whose indexing failed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator_core.openwebui import Ledger
from migrator_core.openwebui.indexing.pending import Document, Pending
from migrator_core.outcome import Notice, WarningCode
from tests.support.rows import file, user
from tests.unit.openwebui.stand_in import stand_in
from tests.unit.openwebui.undoing.test_undoing import Deployment

BEA = user("bea")
FAILED = Notice(WarningCode.VECTORS_NOT_MADE, "no")
READ: Any = {"status": "completed", "content": "hello"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Deployment]:
    async with stand_in(tmp_path) as target:
        yield Deployment(target, tmp_path / "undo")


async def _one(house: Deployment) -> tuple[Pending, Document]:
    notes = replace(file("notes.txt", BEA.id), data=READ)
    await house.run(BEA, notes)
    pending = Pending(house.target)
    document = await pending.document(notes.id)
    assert document is not None
    return pending, document


async def test_what_failed_most_often_is_tried_last_and_nothing_twice(house: Deployment) -> None:
    notes = [replace(file(f"{name}.txt", BEA.id), data=READ) for name in "abc"]
    run = await house.run(BEA, *notes)
    pending, ledger = Pending(house.target), Ledger(house.target)
    bad, worse, done = (note.id for note in notes)
    documents = {key: await pending.document(key) for key in (bad, worse, done)}
    for key in (worse, bad, worse):
        await ledger.add(run.id, [documents[key].failed(FAILED)])  # type: ignore[union-attr]
    assert await pending.files() == [done, bad, worse]
    await ledger.add(run.id, [documents[done].indexed])  # type: ignore[union-attr]
    assert await pending.files() == [bad, worse]
    assert await pending.files({worse}) == [worse]


async def test_a_run_with_a_selection_went_through_its_own_files_alone(house: Deployment) -> None:
    first = await house.run(BEA, file("a.txt", BEA.id))
    second = await house.run(file("b.txt", BEA.id), file("a.txt", BEA.id))
    pending = Pending(house.target)
    assert await pending.touched(first.id) == {file("a.txt", BEA.id).id}
    assert len(await pending.touched(second.id)) == 2


async def test_the_note_of_a_failure_goes(house: Deployment) -> None:
    pending, document = await _one(house)
    failed = {**READ, "status": "failed", "error": "no model"}
    await house.change("file", document.id, data=failed)
    await pending.heal(document)
    assert (await house.row("file", document.id))["data"] == READ


@pytest.mark.parametrize(
    "theirs",
    [
        {"status": "failed", "error": "no model", "content": "Corrected"},
        {"status": "completed", "error": None, "content": "hello"},
        {},
    ],
)
async def test_what_became_of_a_record_meanwhile_stays(
    house: Deployment, theirs: dict[str, object]
) -> None:
    pending, document = await _one(house)
    await house.change("file", document.id, data=theirs)
    await pending.heal(document)
    assert (await house.row("file", document.id))["data"] == theirs

"""Which vectors go with what an undo takes back, and which are somebody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrator_core.openwebui import Ledger
from migrator_core.openwebui.contents.text import text_digest
from migrator_core.openwebui.indexing import store
from migrator_core.openwebui.indexing.pending import Member
from migrator_core.openwebui.ledger.records import entry
from tests.support.rows import file, knowledge, user
from tests.unit.openwebui.stand_in import stand_in
from tests.unit.openwebui.undoing.test_undoing import Deployment

BEA = user("bea")
NOTES, PLUMS = file("notes.txt", BEA.id), file("plums.txt", BEA.id)
SHELF = knowledge("shelf", BEA.id, (NOTES.id,))


@dataclass(frozen=True)
class Library:
    """An Open WebUI, and what an undo asks of its vector database."""

    house: Deployment
    ledger: Ledger
    asked: list[tuple[str, str | None]]

    async def index(self, run_id: str, *files: str, members: Sequence[str] = ()) -> None:
        """The ledger knows of vectors."""
        digest = text_digest({"content": "hello"}) or ""
        for file_id in files:
            noted = entry(
                "files", file_id, "indexed", target_kind="file", target_id=file_id, proof=digest
            )
            await self.ledger.add(run_id, [noted])
        joined = [Member(SHELF.id, file_id, digest).indexed for file_id in members]
        await self.ledger.add(run_id, joined)


@pytest.fixture
async def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Library]:
    asked: list[tuple[str, str | None]] = []

    class Client:
        def has_collection(self, collection_name: str) -> bool:
            return bool(collection_name)

        def delete_collection(self, collection_name: str) -> None:
            asked.append((collection_name, None))

        def delete(self, collection_name: str, filter: dict[str, str]) -> None:  # noqa: A002
            asked.append((collection_name, filter["file_id"]))

    monkeypatch.setattr(store, "_client", Client)
    monkeypatch.setattr(store, "is_in_reach", lambda: True)
    async with stand_in(tmp_path) as target:
        yield Library(Deployment(target, tmp_path / "undo"), Ledger(target), asked)


async def test_a_name_that_goes_back_takes_no_vectors_along(library: Library) -> None:
    house = library.house
    first = await house.run(BEA, NOTES, SHELF)
    await library.index(first.id, NOTES.id, members=[NOTES.id])
    second = await house.run(replace(NOTES, filename="n.txt"), replace(SHELF, name="Shelves"))
    assert await house.undo(second) == set()
    assert (await house.row("knowledge", SHELF.id))["name"] == SHELF.name
    assert library.asked == []


@pytest.mark.parametrize("change", [{"filename": "n.txt"}, {"data": {"content": "hello"}}])
async def test_vectors_that_people_had_made_of_a_file_stay_with_it(
    library: Library, change: dict[str, Any]
) -> None:
    house = library.house
    await house.run(BEA, NOTES)
    second = await house.run(replace(NOTES, **change))
    meta = (await house.row("file", NOTES.id))["meta"]
    await house.change("file", NOTES.id, meta={**meta, "collection_name": f"file-{NOTES.id}"})
    assert await house.undo(second) == set()
    assert library.asked == []


async def test_a_member_that_goes_takes_its_own_vectors_and_no_others(library: Library) -> None:
    house = library.house
    first = await house.run(BEA, NOTES, PLUMS, SHELF)
    await library.index(first.id, NOTES.id, PLUMS.id, members=[NOTES.id])
    second = await house.run(replace(SHELF, file_ids=(NOTES.id, PLUMS.id)))
    await library.index(second.id, members=[PLUMS.id])
    assert await house.undo(second) == set()
    assert library.asked == [(SHELF.id, PLUMS.id)]
    assert await library.ledger.indexed("knowledge_file") == {
        f"{SHELF.id}/{NOTES.id}": text_digest({"content": "hello"})
    }


async def test_a_text_that_goes_back_takes_the_vectors_of_the_newer_one(library: Library) -> None:
    house = library.house
    await house.run(BEA, NOTES, SHELF)
    read: Any = {"status": "completed", "content": "hello"}
    second = await house.run(replace(NOTES, data=read))
    await library.index(second.id, NOTES.id, members=[NOTES.id])
    assert await house.undo(second) == set()
    assert library.asked == [(f"file-{NOTES.id}", None), (SHELF.id, NOTES.id)]
    assert await library.ledger.indexed("file") == {}


async def test_what_a_run_made_goes_wherever_its_record_says_it_was_searched_last(
    library: Library,
) -> None:
    house = library.house
    first = await house.run(BEA, NOTES, SHELF)
    await library.index(first.id, NOTES.id, members=[NOTES.id])
    meta = (await house.row("file", NOTES.id))["meta"]
    await house.change("file", NOTES.id, meta={**meta, "collection_name": SHELF.id})
    assert await house.undo(first) == set()
    assert set(library.asked) == {
        (SHELF.id, None), (f"file-{NOTES.id}", None), (SHELF.id, NOTES.id),
    }  # fmt: skip


async def test_where_a_file_was_searched_last_is_no_use_of_a_knowledge_base(
    library: Library,
) -> None:
    house = library.house
    await house.run(BEA, NOTES)
    second = await house.run(SHELF)
    meta = (await house.row("file", NOTES.id))["meta"]
    noted = {**meta, "collection_name": SHELF.id}
    await house.change("file", NOTES.id, meta=noted, updated_at=second.started_at + 1)
    assert await house.undo(second) == set()
    found = house.target.schema.table("knowledge")
    assert await house.target.database.rows(sa.select(found)) == []

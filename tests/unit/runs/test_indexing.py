"""What is asked of the server that makes vectors, and what of the vector database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrator_core.openwebui import Ledger
from migrator_core.openwebui.indexing import store
from migrator_core.openwebui.indexing.server import NoVectorsError, Server
from migrator_core.outcome import WarningCode
from migrator_core.progress import Progress
from migrator_core.rows import Row
from migrator_core.runs import indexing
from migrator_core.runs.indexing import Indexing
from migrator_core.runs.journal import Journal
from migrator_core.settings import Settings
from tests.support.rows import file, knowledge, user
from tests.unit.openwebui.stand_in import stand_in
from tests.unit.openwebui.undoing.test_undoing import Deployment

BEA = user("bea")
READ: Any = {"status": "completed", "content": "hello"}
NOTES, PLUMS = (replace(file(name, BEA.id), data=READ) for name in ("notes.txt", "plums.txt"))
SHELF = knowledge("shelf", BEA.id, (NOTES.id, PLUMS.id))


class Model(Server):
    """An Open WebUI that cannot index some files, and notes what it is asked."""

    def __init__(self) -> None:
        super().__init__("a server", {})
        self.asked: list[tuple[str, ...]] = []
        self.refuses: set[str] = set()

    async def index(self, file_id: str, text: str) -> bool:
        assert text
        self.asked.append(("index", file_id))
        self._refuse(file_id)
        return True

    async def add(self, file_id: str, knowledge_id: str, *, anew: bool) -> None:
        self.asked.append(("anew" if anew else "add", file_id, knowledge_id))
        self._refuse(knowledge_id)

    async def remove(self, file_id: str, knowledge_id: str) -> None:
        self.asked.append(("remove", file_id, knowledge_id))

    def _refuse(self, key: str) -> None:
        if key in self.refuses:
            raise NoVectorsError("no")


@dataclass
class Place:
    """Runs with an index, one after the other."""

    house: Deployment
    home: Path
    server: Model = field(default_factory=Model)
    removed: list[tuple[str, str | None]] = field(default_factory=list)
    warned: list[tuple[WarningCode, str]] = field(default_factory=list)

    async def run(self, *rows: Row, **settings: Any) -> list[tuple[str, ...]]:
        """What the server was asked."""
        self.server.asked.clear()
        run = await self.house.run(*rows)
        chosen = Settings(backup_dir=self.home, **{"index": "vectors", **settings})
        target = self.house.target
        with contextlib.closing(Journal(self.home, Progress())) as journal:
            made = Indexing(target, Ledger(target), run.id, journal, asyncio.Event())
            await made.carry_out(chosen)
            self.warned = [(notice.code, notice.detail) for notice in journal.warnings()]
        return self.server.asked


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    async with stand_in(tmp_path) as target:
        found = Place(Deployment(target, tmp_path / "undo"), tmp_path)

        async def running(*_: object) -> Server:
            return found.server

        async def remove(traces: store.Traces) -> bool:
            found.removed.append((traces.collection, traces.file_id))
            return True

        monkeypatch.setattr(indexing, "running_server", running)
        monkeypatch.setattr(store, "is_in_reach", lambda: True)
        monkeypatch.setattr(store, "remove", remove)
        monkeypatch.setattr(indexing, "_REST", 0)
        yield found


async def test_documents_that_fail_keep_no_others_waiting(place: Place) -> None:
    bad = [replace(file(f"{number}.txt", BEA.id), data=READ) for number in range(3)]
    place.server.refuses = {one.id for one in bad}
    await place.run(BEA, *bad)
    assert len(place.warned) == 4
    asked = await place.run(NOTES)
    assert asked[0] == ("index", NOTES.id)
    assert len(asked) == 4


async def test_of_a_selection_only_what_the_run_went_through_is_indexed(place: Place) -> None:
    await place.run(BEA, PLUMS, index="text")
    assert await place.run(NOTES, users=("bea@people.example",)) == [("index", NOTES.id)]
    assert await place.run(NOTES) == [("index", PLUMS.id)]


async def test_what_a_newer_backup_takes_out_is_taken_out_of_the_index(place: Place) -> None:
    await place.run(BEA, NOTES, PLUMS, SHELF)
    less = replace(SHELF, file_ids=(PLUMS.id,))
    assert await place.run(less, index="text") == []
    assert place.removed == [(SHELF.id, NOTES.id)]
    assert await place.run(less, index="text") == []
    assert len(place.removed) == 1
    assert ("add", NOTES.id, SHELF.id) in await place.run(SHELF)


async def test_out_of_reach_the_server_is_asked_or_it_is_said(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "is_in_reach", lambda: False)
    await place.run(BEA, NOTES, PLUMS, SHELF)
    less = replace(SHELF, file_ids=(PLUMS.id,))
    assert await place.run(less, index="text") == []
    assert [code for code, _ in place.warned] == [WarningCode.VECTORS_LEFT]
    assert await place.run(less) == [("remove", NOTES.id, SHELF.id)]
    assert place.removed == place.warned == []


async def test_a_newer_text_takes_the_place_of_the_older_in_a_collection(place: Place) -> None:
    await place.run(BEA, NOTES, SHELF)
    newer: Any = {**READ, "content": "goodbye"}
    asked = await place.run(replace(NOTES, data=newer))
    assert asked == [("index", NOTES.id), ("anew", NOTES.id, SHELF.id)]


async def test_what_was_joined_and_not_noted_is_joined_anew_and_named_no_longer(
    place: Place,
) -> None:
    await place.run(BEA, NOTES, SHELF, index="text")
    meta = (await place.house.row("file", NOTES.id))["meta"]
    await place.house.change("file", NOTES.id, meta={**meta, "collection_name": SHELF.id})
    assert ("anew", NOTES.id, SHELF.id) in await place.run(NOTES)
    after = (await place.house.row("file", NOTES.id))["meta"]
    assert after == {**meta, "collection_name": f"file-{NOTES.id}"}


async def test_a_collection_that_fails_spoils_no_text_and_is_tried_again(place: Place) -> None:
    place.server.refuses = {SHELF.id}
    await place.run(BEA, NOTES, SHELF)
    assert [code for code, _ in place.warned] == [WarningCode.VECTORS_NOT_MADE]
    place.server.refuses.clear()
    assert await place.run(NOTES) == [("add", NOTES.id, SHELF.id)]
    file_table = place.house.target.schema.table("file")
    ((data,),) = await place.house.target.database.rows(sa.select(file_table.c.data))
    assert data == READ

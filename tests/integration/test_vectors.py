"""Documents that were indexed can be searched by models, and leave no vectors behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.conftest import ADMIN
from tests.support.documents import EMAIL, PASSWORD, backup_with
from tests.support.environments import CURRENT, Deployment, deployment
from tests.support.openai_stand_in import OpenAIStandIn
from tests.support.openwebui import OpenWebUIServer, Person, Visitor, signed_in
from tests.support.run import Finished, migrate, undo
from tests.support.snapshots import table_rows
from tests.support.vectors import collections, connect, files_in

MODEL = "gpt-4o"
FILES = {
    "harvest.csv": b"fruit,kg\nplum,120\n",
    "cellar.txt": b"Medlars rest in the cellar until they are bletted.",
    "photo.png": b"\x89PNG\r\n\x1a\n",
}


@dataclass(frozen=True)
class Library:
    """An Open WebUI with an embedding model, and a backup with documents."""

    place: Deployment
    server: OpenWebUIServer
    admin: Person
    api: OpenAIStandIn
    backup: Path
    home: Path

    def migrate(self, name: str, *options: str) -> Finished:
        """Run with an index."""
        words = ["--index", "vectors", "--openwebui-url", self.server.url, *options]
        token = {"OPEN_WEBUI_TOKEN": self.admin.token}
        return migrate(self.place, self.backup, self.home / name, *words, variables=token)

    def collections(self) -> set[str]:
        """The vector database's."""
        return collections(self.place)

    def files(self) -> dict[str, dict[str, Any]]:
        """The rows, by name."""
        return {row["filename"]: row for row in table_rows(self.place, "file")}


def _target(version: str, database: str) -> Any:
    marks = [pytest.mark.openwebui]
    if database == "postgresql":
        marks.append(pytest.mark.postgres)
    return pytest.param((version, database), id=f"{version}-{database}", marks=marks)


@pytest.fixture(
    params=[
        _target("0.10.2", "sqlite"),
        _target("0.11.4", "postgresql"),
        _target(CURRENT, "postgresql"),
    ]
)
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Library]:
    version, database = request.param
    url = None
    if database == "postgresql":
        postgres = request.getfixturevalue("postgres")
        url = postgres.create_database(f"vectors_{uuid4().hex}")
    place = deployment(version, tmp_path / "house", url)
    with ExitStack() as stack:
        api = stack.enter_context(OpenAIStandIn(MODEL))
        server = stack.enter_context(OpenWebUIServer(place))
        Visitor(server.url).sign_up(*ADMIN).http.close()
        admin = stack.enter_context(signed_in(server.url, *ADMIN[1:]))
        connect(admin, api, MODEL)
        backup = backup_with(tmp_path / "backup", FILES, knows="cellar.txt")
        yield Library(place, server, admin, api, backup, tmp_path)


def test_an_index_is_made_once_searched_and_taken_back(library: Library) -> None:
    run = library.migrate("run")
    assert run.status == 0, run.output
    assert _of_vectors(run) == []
    files = library.files()
    expected = {f"file-{files[name]['id']}" for name in ("harvest.csv", "cellar.txt")}
    (knowledge,) = table_rows(library.place, "knowledge")
    assert library.collections() == {*expected, knowledge["id"]}
    assert files["cellar.txt"]["data"]["content"] == FILES["cellar.txt"].decode()

    with signed_in(library.server.url, EMAIL, PASSWORD) as person:
        assert "until they are bletted" in _told(library, person, files["cellar.txt"])

    asked = len(library.api.embedded)
    again = library.migrate("again", "--verify")
    assert again.status == 0, again.output
    assert again.collections["files"]["existing"] == len(FILES)
    assert len(library.api.embedded) == asked

    _undone(library)
    assert library.files() == {}


def _undone(library: Library) -> None:
    """Vectors go; a store in files belongs to the server alone, and is left and named."""
    before = library.collections()
    undone = undo(library.place, library.home / "undo")
    assert undone.status == 0, undone.output
    if library.place.database_url.startswith("sqlite"):
        assert library.collections() == before
        assert f"stay in {len(before)} collections" in undone.output
    else:
        assert library.collections() == set()


def test_what_an_agent_knows_no_more_is_not_found_any_more(library: Library) -> None:
    _knows(library, "cellar.txt", "harvest.csv")
    run = library.migrate("run")
    assert _of_vectors(run) == []
    files = library.files()
    cellar, harvest = files["cellar.txt"], files["harvest.csv"]
    (knowledge,) = table_rows(library.place, "knowledge")
    assert files_in(library.place, knowledge["id"]) == {cellar["id"], harvest["id"]}
    for one in (cellar, harvest):
        assert one["meta"]["collection_name"] == f"file-{one['id']}"
    _knows(library, "cellar.txt")
    later = library.migrate("later")
    assert later.status == 0, later.output
    assert [one["code"] for one in later.report["warnings"] if "vectors" in one["code"]] == []
    assert files_in(library.place, knowledge["id"]) == {cellar["id"]}


def _knows(library: Library, *names: str) -> None:
    """The backup's agent has these files, and nothing is missing that says who may use it."""
    for collection in ("aclentries", "groups"):
        (library.backup / "data" / f"{collection}.json").write_text("", "utf-8")
    path = library.backup / "data" / "agents.json"
    agent = json.loads(path.read_text("utf-8"))
    agent["tool_resources"]["file_search"]["file_ids"] = [f"file-{name}" for name in names]
    path.write_text(json.dumps(agent) + "\n", "utf-8")


def _of_vectors(run: Finished) -> list[str]:
    warnings = run.report["warnings"]
    return [one["detail"] for one in warnings if one["code"] == "vectors-not-made"]


def _told(library: Library, person: Person, file: dict[str, Any]) -> str:
    """What a model is told that may search in a file."""
    person.http.get("/api/models", params={"refresh": "true"}).raise_for_status()
    person.http.post(
        "/api/chat/completions",
        json={
            "stream": False, "model": MODEL, "session_id": str(uuid4()),
            "files": [{"type": "file", "id": file["id"], "name": file["filename"]}],
            "messages": [{"role": "user", "content": "Where do medlars rest?"}],
        },
    ).raise_for_status()  # fmt: skip
    while True:
        told = json.dumps(library.api.asked()["messages"])
        if "### Chat History" not in told:
            return told


def test_an_index_that_fails_is_continued_and_spoils_no_text(library: Library) -> None:
    library.api.tired.set()
    run = library.migrate("tired")
    assert run.status == 0, run.output
    assert _of_vectors(run)
    before = library.files()
    assert before["cellar.txt"]["data"] == {
        "status": "completed", "content": FILES["cellar.txt"].decode(),
    }  # fmt: skip
    library.api.tired.clear()
    rested = library.migrate("rested")
    assert rested.status == 0, rested.output
    assert _of_vectors(rested) == []
    assert len(library.collections()) == 3


@pytest.mark.openwebui
def test_without_a_server_it_is_left_and_said(empty: Deployment, tmp_path: Path) -> None:
    backup = backup_with(tmp_path / "backup", FILES)
    run = migrate(empty, backup, tmp_path / "run", "--index", "vectors")
    assert run.status == 0, run.output
    (detail,) = _of_vectors(run)
    assert "2 documents" in detail

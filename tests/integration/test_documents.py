"""Documents that arrive can be read: in the file view, and by the model that is given them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.conftest import ADMIN
from tests.support.documents import EMAIL, PASSWORD, backup_with, docx, greedy_docx, pdf
from tests.support.environments import CURRENT, OLDER, Deployment, deployment
from tests.support.openai_stand_in import OpenAIStandIn
from tests.support.openwebui import OpenWebUIServer, Person, Visitor, signed_in
from tests.support.run import Finished, migrate, undo, verify
from tests.support.snapshots import snapshot, table_rows

pytestmark = pytest.mark.openwebui

MODEL = "gpt-4o"
READABLE = {
    "harvest.csv": (b"fruit,kg\nplum,120\n", "fruit,kg\nplum,120\n"),
    "cellar.txt": ("Keller: 4 °C\n".encode("cp1252"), "Keller: 4 °C\n"),
    "store.json": (b'{"quince": [1, 2]}', '{"quince": [1, 2]}'),
    "page.html": (b"<html><body><p>Medlars &amp; sloes</p></body></html>", "Medlars & sloes"),
    "guide.pdf": (pdf("Quinces ripen in October"), "Quinces ripen in October"),
    "letter.docx": (docx("Cherries in June", "Plums in August"), "Cherries in June\n\nPlums"),
}
KEPT = {"status": "completed", "content": "what LibreChat read in the scan"}


@dataclass(frozen=True)
class House:
    """An Open WebUI with documents in it, running, and what became of each run."""

    version: str
    person: Person
    api: OpenAIStandIn
    files: dict[str, dict[str, Any]]
    place: Deployment
    dry: Finished
    run: Finished

    def asks(self, *items: dict[str, Any]) -> str:
        """Ask with these files; all that the model was told."""
        answered = self.person.http.post(
            "/api/chat/completions",
            json={
                "stream": False, "model": MODEL, "files": list(items), "session_id": str(uuid4()),
                "messages": [{"role": "user", "content": "What does it say?"}],
            },
        )  # fmt: skip
        answered.raise_for_status()
        while True:  # what to search for is asked first, where anything is to be searched
            told = json.dumps(self.api.asked()["messages"], ensure_ascii=False)
            if "### Chat History" not in told:
                return told


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {name: content for name, (content, _) in READABLE.items()}
    unreadable = {
        "broken.pdf": b"%PDF-1.4 and nothing else",
        "things.zip": b"PK\x05\x06",
        "x.bin": b"\0",
    }
    return backup_with(
        tmp_path_factory.mktemp("documents") / "backup",
        {**files, **unreadable, "scan.pdf": pdf("nobody reads this")},
        scan={"text": KEPT["content"]},
    )


@pytest.fixture(scope="module", params=[CURRENT, *OLDER])
def house(
    request: pytest.FixtureRequest, backup: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    home = tmp_path_factory.mktemp(f"house-{request.param}")
    place = deployment(request.param, home)
    with ExitStack() as stack:
        api = stack.enter_context(OpenAIStandIn(MODEL))
        with OpenWebUIServer(place) as server:
            Visitor(server.url).sign_up(*ADMIN).http.close()
        dry = migrate(place, backup, home / "dry", "--dry-run")
        run = migrate(place, backup, home / "run")
        assert run.status == 0, run.output
        server = stack.enter_context(OpenWebUIServer(place))
        admin = stack.enter_context(signed_in(server.url, *ADMIN[1:]))
        person = stack.enter_context(signed_in(server.url, EMAIL, PASSWORD))
        _connect(admin, api)
        person.http.get("/api/models", params={"refresh": "true"}).raise_for_status()
        files = {row["filename"]: row for row in table_rows(place, "file")}
        yield House(request.param, person, api, files, place, dry, run)


def _connect(admin: Person, api: OpenAIStandIn) -> None:
    settings = {
        "ENABLE_OPENAI_API": True, "OPENAI_API_BASE_URLS": [api.url],
        "OPENAI_API_KEYS": ["none"], "OPENAI_API_CONFIGS": {},
    }  # fmt: skip
    admin.http.post("/openai/config/update", json=settings).raise_for_status()
    everybody = {"principal_type": "user", "principal_id": "*", "permission": "read"}
    form = {"id": MODEL, "name": MODEL, "meta": {}, "params": {}, "access_grants": [everybody]}
    admin.http.post("/api/v1/models/create", json=form).raise_for_status()


def _unread(run: Finished) -> list[str]:
    warnings = run.report["warnings"]
    return [one["detail"] for one in warnings if one["code"] == "text-not-read"]


def test_people_read_them_in_the_file_view(house: House) -> None:
    for name, (_, text) in READABLE.items():
        file_id = house.files[name]["id"]
        record = house.person.get(f"/files/{file_id}")
        assert record["data"]["status"] == "completed", name
        content = house.person.get(f"/files/{file_id}/data/content")["content"]
        assert text in content, name
        assert record["hash"] == hashlib.sha256(content.encode()).hexdigest()
    assert house.files["scan.pdf"]["data"] == KEPT


def test_what_has_no_text_arrives_without_and_only_documents_are_warned_of(house: House) -> None:
    assert {name: house.files[name]["data"] for name in ("broken.pdf", "things.zip", "x.bin")} == {
        "broken.pdf": {}, "things.zip": {}, "x.bin": {},
    }  # fmt: skip
    (detail,) = _unread(house.run)
    assert "broken.pdf" in detail
    assert house.dry.collections == house.run.collections


def test_a_model_is_told_what_they_say(house: House) -> None:
    for name, (_, text) in READABLE.items():
        item = {"type": "file", "id": house.files[name]["id"], "name": name, "context": "full"}
        told = house.asks(item)
        assert json.dumps(text, ensure_ascii=False).strip('"') in told, name


def test_a_chat_that_goes_on_gives_them_to_the_model(house: House) -> None:
    (chat,) = house.person.chats()
    items = {item["name"]: item for item in chat["chat"]["files"]}
    told = house.asks(*items.values())
    assert "plum,120" in told
    assert "Quinces ripen in October" in told
    assert KEPT["content"] in told
    assert "context" not in items["broken.pdf"]


def test_a_second_run_changes_nothing_and_all_of_it_is_verified(
    house: House, backup: Path, tmp_path: Path
) -> None:
    before = snapshot(house.place).tables
    again = migrate(house.place, backup, tmp_path / "again", "--verify")
    assert again.status == 0, again.output
    assert again.collections["files"]["existing"] == len(house.files)
    assert _unread(again) == []
    assert snapshot(house.place).tables == before


@pytest.fixture
def orchard(empty: Deployment, backup: Path, tmp_path: Path) -> Deployment:
    """A deployment to which a run brought the files, and none of what is in them."""
    run = migrate(empty, backup, tmp_path / "first", "--index", "none")
    assert run.status == 0, run.output
    return empty


def test_texts_come_with_a_later_run_and_go_with_its_undo(
    orchard: Deployment, backup: Path, tmp_path: Path
) -> None:
    bare = {row["filename"]: row["data"] for row in table_rows(orchard, "file")}
    assert {name for name, data in bare.items() if data} == {"scan.pdf"}
    chats = table_rows(orchard, "chat")
    foretold = migrate(orchard, backup, tmp_path / "dry", "--dry-run")
    run = migrate(orchard, backup, tmp_path / "second")
    assert run.status == 0, run.output
    # A preview expects that a loader succeeds: of a broken document it foretells too much.
    assert run.collections["files"]["migrated"] == len(READABLE)
    assert foretold.collections["files"]["migrated"] == len(READABLE) + 1
    assert foretold.collections["messages"] == run.collections["messages"]
    now = {row["filename"]: row["data"] for row in table_rows(orchard, "file")}
    assert {name for name, data in now.items() if data} == {*READABLE, "scan.pdf"}
    (chat,) = table_rows(orchard, "chat")
    (asked, _) = chat["chat"]["history"]["messages"].values()
    full = {item["name"] for item in asked["files"] if item.get("context") == "full"}
    assert full == {*READABLE, "scan.pdf"}
    assert verify(orchard, backup, tmp_path / "verify").status == 0

    assert undo(orchard, tmp_path / "undo").status == 0
    assert {row["filename"]: row["data"] for row in table_rows(orchard, "file")} == bare
    assert [row["chat"]["history"] for row in table_rows(orchard, "chat")] == [
        row["chat"]["history"] for row in chats
    ]


def test_a_document_that_wants_all_memory_is_one_warning_and_the_rest_is_verified(
    empty: Deployment, tmp_path: Path
) -> None:
    files = {"greedy.docx": greedy_docx(), "letter.docx": docx("Cherries in June")}
    backup = backup_with(tmp_path / "backup", {**files, "notes.txt": b"Plums in August"})
    run = migrate(empty, backup, tmp_path / "run")
    assert run.status == 0, run.output
    assert len(_unread(run)) == 1
    texts = {row["filename"]: row["data"].get("content") for row in table_rows(empty, "file")}
    assert texts.pop("notes.txt") == "Plums in August"
    assert texts == {"greedy.docx": None, "letter.docx": "Cherries in June"}
    with closing(sqlite3.connect(empty.data / "webui.db")) as connection:
        for name in ("item", "run"):
            connection.execute(f"DROP TABLE librechat_migration_{name}")
        connection.commit()
    verified = verify(empty, backup, tmp_path / "verify")
    assert verified.status == 0, verified.output

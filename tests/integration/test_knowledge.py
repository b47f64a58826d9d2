"""What an agent knows: it reaches the model, its owner sees it, and nobody reads more by it."""

from __future__ import annotations

import copy
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.support.backups import Backup, write
from tests.support.databases import Database
from tests.support.environments import CURRENT, OLDER, Deployment, deployment
from tests.support.openai_stand_in import OpenAIStandIn
from tests.support.openwebui import OpenWebUIServer, Person, Visitor, signed_in
from tests.support.rows import HASH
from tests.support.run import Finished, migrate, undo, verify
from tests.support.snapshots import table_rows

pytestmark = [pytest.mark.openwebui, pytest.mark.xdist_group("knowledge")]

PASSWORD = "Password-1"
PEOPLE = ("ada", "ben", "cleo", "dan")
"""Ada has agents; Ben may use one, Cleo may change it; Dan may do nothing with them."""
TEXTS = {
    ("ada", "roses"): "Roses want six hours of sun.",
    ("ada", "soil"): "The soil of bed three has a pH of 6.5.",
    ("cleo", "compost"): "Compost is turned every second week.",
    ("dan", "diary"): "Dan's diary is nobody's business.",
    ("ada", "soup"): "Soup needs salt.",
    ("ada", "mulch"): "Mulch goes on in May.",
    ("ada", "archive"): "Long ago. " * 20_000,
}
NAMED = {
    "gardener": {
        "file_search": ["roses", "compost", "lost"],
        "context": ["soil"],
        "execute_code": ["diary"],
    },
    "cook": {"ocr": ["soup"]},
    "historian": {"file_search": ["archive"]},
}


def oid(text: str) -> dict[str, str]:
    return {"$oid": text.encode().hex().rjust(24, "0")[-24:]}


def a_day(number: int) -> dict[str, str]:
    return {"$date": f"2026-01-{number:02}T10:00:00Z"}


def _permission(number: int, whom: str, bits: int) -> dict[str, Any]:
    return {
        "_id": oid(f"acl{number}"), "principalType": "user", "principalId": oid(whom),
        "resourceType": "agent", "resourceId": oid("gardener"), "permBits": bits,
    }  # fmt: skip


def _resources(agent: str) -> dict[str, Any]:
    return {tool: {"file_ids": files} for tool, files in NAMED[agent].items()}


FIRST: Backup = {
    "users": [
        {"_id": oid(name), "email": f"{name}@people.example", "name": name, "password": HASH}
        for name in PEOPLE
    ],
    "conversations": [{"conversationId": "c", "user": oid("ada")["$oid"], "title": "Hello"}],
    "messages": [
        {"messageId": "m", "conversationId": "c", "user": oid("ada")["$oid"], "text": "Hello",
         "isCreatedByUser": True, "createdAt": a_day(1)}
    ],
    "groups": [],
    "sharedlinks": [],
    "files": [
        {"_id": oid(f"f{name}"), "user": oid(owner), "file_id": name, "filename": f"{name}.txt",
         "source": "text", "filepath": f"/temp/{name}.txt", "type": "text/plain", "text": text,
         "createdAt": a_day(1), "updatedAt": a_day(1)}
        for (owner, name), text in TEXTS.items()
    ],
    "agents": [
        {"_id": oid(name), "id": f"agent_{name}", "name": name.title(), "author": oid("ada"),
         "description": f"Knows what a {name} knows", "provider": "openAI", "model": "gpt-4o",
         "tool_resources": _resources(name), "createdAt": a_day(1), "updatedAt": a_day(1)}
        for name in NAMED
    ],
    "aclentries": [
        _permission(1, "ada", 15), _permission(2, "ben", 1), _permission(3, "cleo", 3)
    ],
}  # fmt: skip


FIRST["assistants"] = [
    {"_id": oid("budget"), "assistant_id": "asst_budget", "user": oid(name), "file_ids": ["soup"],
     "conversation_starters": ["How much?"], "createdAt": a_day(1), "updatedAt": a_day(1)}
    for name in ("ada",)
]  # fmt: skip
FIRST["conversations"] += [
    {"conversationId": f"of-{name}", "user": oid(name)["$oid"], "title": "Budget",
     "endpoint": "assistants", "assistant_id": "asst_budget", "model": "gpt-4o"}
    for name in ("ada", "dan")
]  # fmt: skip
FIRST["messages"] += [
    {"messageId": f"m-{name}", "conversationId": f"of-{name}", "user": oid(name)["$oid"],
     "text": "Hello", "isCreatedByUser": True, "model": "asst_budget", "createdAt": a_day(1)}
    for name in ("ada", "dan")
]  # fmt: skip
FIRST["agents"][0]["versions"] = [
    {"name": "Seedling", "instructions": "Grow.", "provider": "openAI", "model": "gpt-4o",
     "createdAt": a_day(1), "updatedAt": a_day(1), "updatedBy": oid("cleo")},
    {"name": "Gardener", "description": "Knows what a gardener knows", "provider": "openAI",
     "model": "gpt-4o", "createdAt": a_day(1), "updatedAt": a_day(1)},
]  # fmt: skip


_VERSIONED = ("name", "description", "instructions", "provider", "model", "tool_resources")


def newer() -> Backup:
    """A file more and one less, another name, and Cleo lost the agent."""
    backup = copy.deepcopy(FIRST)
    gardener, cook, _ = backup["agents"]
    gardener["tool_resources"]["file_search"]["file_ids"].remove("roses")
    gardener["tool_resources"]["context"]["file_ids"].append("mulch")
    gardener["versions"][1] |= {"name": "Ready", "updatedAt": a_day(2)}
    gardener["instructions"] = "Water first."
    gardener["versions"].append({key: gardener[key] for key in _VERSIONED})
    gardener["updatedAt"] = cook["updatedAt"] = a_day(3)
    cook["name"] = "Chef"
    backup["aclentries"].pop()
    return backup


@dataclass(frozen=True)
class Garden:
    """A migrated Open WebUI with people in it, and a model to talk to."""

    place: Deployment
    home: Path
    api: OpenAIStandIn
    people: dict[str, Person]
    run: Finished

    def asked(self, who: str, agent: str) -> str:
        """All that the model is sent where somebody asks an agent something."""
        name = agent if "-" in agent else f"agent-{agent}"
        form = {"model": name, "stream": False,
                "messages": [{"role": "user", "content": "What do you know?"}]}  # fmt: skip
        answer = self.people[who].http.post("/api/chat/completions", json=form)
        assert answer.status_code == 200, answer.text
        sent = [self.api.asked()["messages"]]
        return json.dumps(sent, ensure_ascii=False)

    def collections(self) -> dict[str, dict[str, Any]]:
        """The collections by agent, each with the names of its files."""
        names = {row["id"]: row["filename"] for row in table_rows(self.place, "file")}
        links = table_rows(self.place, "knowledge_file")
        return {
            row["meta"]["librechat"]["id"].removeprefix("agent_"): {
                **row,
                "files": {
                    names[one["file_id"]] for one in links if one["knowledge_id"] == row["id"]
                },
            }
            for row in table_rows(self.place, "knowledge")
        }

    def versions(self, who: str) -> list[dict[str, Any]]:
        """The history of one agent's model, the newest first."""
        found: list[dict[str, Any]] = self.people[who].get(
            "/models/model/history", id="agent-gardener"
        )
        return found

    def change(self, statement: str, *values: object) -> None:
        """What Open WebUI's pages do, where they would want an embedding model."""
        path = self.place.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(statement, values)


@pytest.fixture(scope="module", params=[CURRENT, *OLDER])
def garden(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Garden]:
    home = tmp_path_factory.mktemp("garden")
    place = deployment(request.param, home / "place")
    with ExitStack() as stack:
        api = stack.enter_context(OpenAIStandIn("gpt-4o"))
        server = stack.enter_context(OpenWebUIServer(place))
        admin = Visitor(server.url).sign_up("Admin", "admin@owner.example", PASSWORD)
        stack.callback(admin.http.close)
        settings = {"ENABLE_OPENAI_API": True, "OPENAI_API_BASE_URLS": [api.url],
                    "OPENAI_API_KEYS": ["none"], "OPENAI_API_CONFIGS": {}}  # fmt: skip
        admin.http.post("/openai/config/update", json=settings).raise_for_status()
        everybody = {"principal_type": "user", "principal_id": "*", "permission": "read"}
        form = {"id": "gpt-4o", "name": "gpt-4o", "meta": {}, "params": {},
                "access_grants": [everybody]}  # fmt: skip
        admin.http.post("/api/v1/models/create", json=form).raise_for_status()
        run = migrate(place, write(home / "first", FIRST), home / "report")
        assert run.status == 0, run.output[-3000:]
        people = {
            name: stack.enter_context(signed_in(server.url, f"{name}@people.example", PASSWORD))
            for name in PEOPLE
        }
        people["ada"].http.get("/api/models", params={"refresh": "true"}).raise_for_status()
        yield Garden(place, home, api, people, run)


def test_what_an_agent_knows_reaches_the_model(garden: Garden) -> None:
    for who in ("ada", "ben", "cleo"):
        sent = garden.asked(who, "gardener")
        for known in (("ada", "roses"), ("ada", "soil"), ("cleo", "compost")):
            assert sent.count(TEXTS[known]) == 1, (who, known)
        assert TEXTS["dan", "diary"] not in sent
        assert TEXTS["ada", "soup"] not in sent
    assert TEXTS["ada", "soup"] in garden.asked("ada", "cook")


def test_what_does_not_fit_is_left_to_be_searched(garden: Garden) -> None:
    assert "Long ago" not in garden.asked("ada", "historian")
    (model,) = (row for row in table_rows(garden.place, "model") if row["id"] == "agent-historian")
    (item,) = model["meta"]["knowledge"]
    assert item["id"] == garden.collections()["historian"]["id"]
    said = [one["detail"] for one in garden.run.report["warnings"]
            if one["code"] == "knowledge-large"]  # fmt: skip
    assert ["Historian" in detail for detail in said] == [True]


def test_the_files_that_somebody_could_have_put_there_are_in_it(garden: Garden) -> None:
    """Cleo could change the agent; Dan could not, and Ada names his diary all the same."""
    found = {name: one["files"] for name, one in garden.collections().items()}
    assert found == {
        "gardener": {"roses.txt", "soil.txt", "compost.txt"},
        "cook": {"soup.txt"},
        "historian": {"archive.txt"},
        "asst_budget": {"soup.txt"},
    }
    said = [one["detail"] for one in garden.run.report["warnings"]
            if one["code"] == "knowledge-incomplete"]  # fmt: skip
    assert said == ["agent Gardener (agent_gardener): 2 of 5 files that the agent knew"]
    assert garden.run.collections["agents"] == {
        "found": 3, "migrated": 3, "existing": 0, "skipped": {}, "failed": {}
    }  # fmt: skip


def test_the_workspace_shows_it_to_those_who_may_use_the_agent(garden: Garden) -> None:
    listed = {
        name: {one["name"] for one in person.get("/knowledge/")["items"]}
        for name, person in garden.people.items()
    }
    assert listed == {
        "ada": {"Gardener", "Cook", "Historian", "Assistant asst_budget"},
        "ben": {"Gardener"},
        "cleo": {"Gardener"},
        "dan": set(),
    }
    gardener = garden.collections()["gardener"]
    files = garden.people["ada"].get(f"/knowledge/{gardener['id']}/files")["items"]
    assert {one["filename"] for one in files} == gardener["files"]
    shown = garden.people["ada"].get(f"/knowledge/{gardener['id']}")
    assert shown["description"] == "Knows what a gardener knows"


def test_nobody_reads_a_file_by_it_who_could_not_use_the_agent(garden: Garden) -> None:
    ids = {row["filename"].removesuffix(".txt"): row["id"] for row in
           table_rows(garden.place, "file")}  # fmt: skip
    together = {"ada", "ben", "cleo"}
    readers = {"roses": together, "soil": together, "compost": together, "diary": {"dan"},
               "soup": {"ada"}, "archive": {"ada"}, "mulch": {"ada"}}  # fmt: skip
    for name, who in readers.items():
        for path in (f"/files/{ids[name]}/content", f"/files/{ids[name]}/data/content"):
            opened = set()
            for person, one in garden.people.items():
                answer = one.http.get(f"/api/v1{path}")
                assert answer.status_code < 500, answer.text
                opened |= {person} if answer.status_code == 200 else set()
            assert opened == who, path
    for name in ("roses", "soil"):
        changed = garden.people["ben"].http.post(
            f"/api/v1/files/{ids[name]}/data/content/update", json={"content": "Weeds"}
        )
        assert changed.status_code >= 400


def test_what_an_agent_was_before_is_in_its_models_history(garden: Garden) -> None:
    said = [one["detail"] for one in garden.run.report["warnings"]
            if one["code"] == "versions-left"]  # fmt: skip
    if garden.place.version != CURRENT:  # it keeps no versions of models
        assert [detail.startswith("agent Gardener (agent_gardener): 1 ") for detail in said] == [
            True
        ]
        return
    assert said == []
    current, earlier = garden.versions("ada")
    assert (current["commit_message"], earlier["commit_message"]) == (
        "Current version in LibreChat", "Version 1 in LibreChat",
    )  # fmt: skip
    assert earlier["user"] == {"name": "cleo"}
    assert current["parent_id"] == earlier["id"]
    (model,) = (row for row in table_rows(garden.place, "model") if row["id"] == "agent-gardener")
    assert model["version_id"] == current["id"]
    ada, ben = garden.people["ada"], garden.people["ben"]
    query = {"id": "agent-gardener"}
    snapshot = ada.get(f"/models/model/history/{earlier['id']}", **query)["snapshot"]
    assert (snapshot["name"], snapshot["params"]["system"]) == ("Seedling", "Grow.")
    assert ben.http.get("/api/v1/models/model/history", params=query).status_code == 403


def test_an_assistant_is_its_owners_model_and_goes_on_in_her_chats(garden: Garden) -> None:
    assert garden.run.collections["assistants"]["migrated"] == 1
    chats = {}
    for name in ("ada", "dan"):
        (chat,) = [one for one in garden.people[name].chats() if one["title"] == "Budget"]
        (chats[name],) = chat["chat"]["models"]
    assert chats["dan"] == "gpt-4o"
    (model,) = [one for one in garden.people["ada"].models() if one["id"] == chats["ada"]]
    assert model["name"] == "Assistant asst_budget"
    assert model["base_model_id"] == "gpt-4o"
    assert TEXTS["ada", "soup"] in garden.asked("ada", model["id"])
    for name in ("ben", "cleo", "dan"):
        assert model["id"] not in {one["id"] for one in garden.people[name].models()}


def test_a_newer_backup_verification_and_undo_know_it(garden: Garden) -> None:
    """The last of these tests: it takes the migration back."""
    place, home = garden.place, garden.home
    before = garden.collections()
    again = migrate(place, home / "first", home / "again")
    assert again.status == 0, again.output
    assert garden.collections() == before
    assert again.collections["agents"]["existing"] == 3
    assert verify(place, home / "first", home / "verify").status == 0

    _ada_works(garden, before["cook"])
    second = migrate(place, write(home / "newer", newer()), home / "second")
    assert second.status == 0, second.output
    found = garden.collections()
    assert found["gardener"]["files"] == {"soil.txt", "mulch.txt"}  # Cleo cannot change it now
    assert (found["cook"]["name"], found["cook"]["files"]) == (
        "My kitchen", {"soup.txt", "roses.txt"},
    )  # fmt: skip
    sent = garden.asked("ben", "gardener")
    assert TEXTS["ada", "mulch"] in sent
    assert TEXTS["ada", "roses"] not in sent
    (kept,) = (one for one in second.report["warnings"] if one["code"] == "knowledge-kept")
    assert "agent_cook" in kept["detail"]
    if place.version == CURRENT:
        messages = [one["commit_message"] for one in garden.versions("ada")]
        assert messages[0].startswith("From LibreChat (")
        assert sorted(messages[1:]) == [
            "Current version in LibreChat", "Version 1 in LibreChat", "Version 2 in LibreChat",
        ]  # fmt: skip
    cleo = garden.people["cleo"]
    assert [one["name"] for one in cleo.get("/knowledge/")["items"]] == []
    with pytest.raises(httpx.HTTPStatusError):
        cleo.get(f"/knowledge/{found['gardener']['id']}")
    checked = verify(place, home / "newer", home / "verify-newer")
    assert checked.status == 0, checked.output

    gone = newer()
    gone["agents"].pop(0)
    third = migrate(place, write(home / "gone", gone), home / "third")
    assert third.status == 0, third.output
    assert garden.people["ben"].get("/knowledge/")["items"] == []
    assert garden.collections()["gardener"]["files"] == {"soil.txt", "mulch.txt"}
    said = [one["detail"] for one in third.report["warnings"]
            if one["code"] in {"gone-from-backup", "access-taken-back"}]  # fmt: skip
    assert said == ["agents: agent_gardener", "1 agents: agent_gardener"]
    assert undo(place, home / "undo-third").status == 0
    assert [one["name"] for one in garden.people["ben"].get("/knowledge/")["items"]] == ["Gardener"]

    back = undo(place, home / "undo")
    assert back.status == 0, back.output
    assert garden.collections()["gardener"]["files"] == before["gardener"]["files"]
    first = undo(place, home / "undo-first")
    assert first.status == 0, first.output
    assert garden.collections().keys() == {"cook"}
    assert garden.collections()["cook"]["files"] == {"soup.txt", "roses.txt"}
    assert first.report["undo"]["removed"]["knowledge bases"] == 3


def _ada_works(garden: Garden, cook: dict[str, Any]) -> None:
    """Ada gives the collection of one agent another name, and puts a file into it."""
    now = int(time.time())
    (roses,) = (row for row in table_rows(garden.place, "file") if row["filename"] == "roses.txt")
    garden.change(
        "UPDATE knowledge SET name = ?, updated_at = ? WHERE id = ?", "My kitchen", now, cook["id"]
    )
    garden.change(
        "INSERT INTO knowledge_file (id, knowledge_id, file_id, user_id, created_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        str(uuid4()), cook["id"], roses["id"], cook["user_id"], now, now,
    )  # fmt: skip


def test_a_backup_without_its_files_takes_access_back_and_leaves_the_knowledge(
    sqlite_database: Database, tmp_path: Path
) -> None:
    place = sqlite_database.deployment
    assert migrate(place, write(tmp_path / "first", FIRST), tmp_path / "run").status == 0
    before = {row["id"]: row for row in table_rows(place, "model")}
    links = len(table_rows(place, "knowledge_file"))
    later = copy.deepcopy(FIRST)
    later["files"] = []
    later["aclentries"] = [_permission(1, "ada", 15)]
    backup = write(tmp_path / "later", later)
    (backup / "files.json").unlink()
    done = migrate(place, backup, tmp_path / "later-run")
    assert done.status == 0, done.output
    after = {row["id"]: row for row in table_rows(place, "model")}
    for name in ("meta", "params"):
        assert {key: row[name] for key, row in after.items()} == {
            key: row[name] for key, row in before.items()
        }
    assert len(table_rows(place, "knowledge_file")) == links
    granted = {row["resource_type"] for row in table_rows(place, "access_grant")}
    assert not granted & {"model", "knowledge"}


def test_an_agent_that_was_deleted_is_nobody_elses_any_more(
    sqlite_database: Database, tmp_path: Path
) -> None:
    place = sqlite_database.deployment
    assert migrate(place, write(tmp_path / "first", FIRST), tmp_path / "run").status == 0
    shared = [row["resource_type"] for row in table_rows(place, "access_grant")]
    assert {"knowledge", "model"} <= set(shared)
    later = copy.deepcopy(FIRST)
    later["agents"] = [agent for agent in later["agents"] if agent["name"] != "Gardener"]
    done = migrate(place, write(tmp_path / "later", later), tmp_path / "later-run")
    assert done.status == 0, done.output
    assert table_rows(place, "access_grant") == []
    (said,) = (one for one in done.report["warnings"] if one["code"] == "access-taken-back")
    assert said["detail"] == "1 agents: agent_gardener"

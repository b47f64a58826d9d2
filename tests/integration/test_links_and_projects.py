"""Shared links and chat projects of a small backup, from the documents to the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.environments import Deployment
from tests.support.run import Finished, migrate
from tests.support.snapshots import table_rows

pytestmark = pytest.mark.openwebui

BEA, CARL, GHOST = (f"64ca1db05f9d88c1aa1a2b0{n}" for n in (1, 2, 3))
HASH = "$2a$10$a28tsaBfOBcKvD.7JGC5medv502AguDaN6YUCDv.BssbvRNLuMmtC"
LONG_AGO, NEVER = {"$date": "2020-01-01T00:00:00Z"}, {"$date": "2999-01-01T00:00:00Z"}
ACCOUNTED = ("migrated", "existing")


def oid(text: str) -> dict[str, str]:
    return {"$oid": text.encode().hex().rjust(24, "0")[-24:]}


def user(key: str, name: str) -> dict[str, Any]:
    email = f"{name}@people.example"
    return {"_id": {"$oid": key}, "email": email, "name": name, "password": HASH}


def chat(name: str, owner: str = BEA, **fields: Any) -> dict[str, Any]:
    return {"_id": oid(name), "conversationId": name, "user": owner, "title": name, **fields}


def pair(name: str, owner: str = BEA) -> list[dict[str, Any]]:
    """A question and its answer."""
    shared = {"conversationId": name, "user": owner}
    return [
        {"_id": oid(f"q {name}"), "messageId": f"q-{name}", "text": "Hi", "sender": "User",
         "isCreatedByUser": True, "createdAt": {"$date": "2025-01-01T00:00:00Z"}, **shared},
        {"_id": oid(f"a {name}"), "messageId": f"a-{name}", "parentMessageId": f"q-{name}",
         "text": "Hello", "isCreatedByUser": False,
         "createdAt": {"$date": "2025-01-01T00:00:01Z"}, **shared},
    ]  # fmt: skip


def link(name: str, conversation: str, owner: str = BEA, **fields: Any) -> dict[str, Any]:
    return {
        "_id": oid(name),
        "shareId": f"share-of-{name}",
        "conversationId": conversation,
        "user": owner,
        "messages": [oid(f"q {conversation}"), oid(f"a {conversation}")],
        "createdAt": {"$date": "2025-02-01T00:00:00Z"},
        **fields,
    }


def entry(name: str, on: str, **fields: Any) -> dict[str, Any]:
    return {"_id": oid(name), "resourceType": "sharedLink", "resourceId": oid(on), "permBits": 1,
            **fields}  # fmt: skip


CHATS = ["old", "new", "some", "mine", "off", "ended", "twice", "limits", "filed"]
BACKUP: dict[str, list[dict[str, Any]]] = {
    "users": [user(BEA, "bea"), user(CARL, "carl")],
    "conversations": [
        *(chat(name) for name in CHATS),
        chat("temporary", expiredAt=NEVER),
        chat("filed2", chatProjectId=oid("work")["$oid"], pinned=True),
        chat("stray", chatProjectId=oid("theirs")["$oid"]),
        chat("lost", chatProjectId=oid("nowhere")["$oid"]),
    ],
    "messages": [
        message
        for name in [*CHATS, "temporary", "filed2", "stray", "lost"]
        for message in pair(name)
    ],
    "chatprojects": [
        {"_id": oid("work"), "name": "Work", "user": BEA},
        {"_id": oid("work2"), "name": "WORK", "user": BEA},
        {"_id": oid("theirs"), "name": "Work", "user": CARL},
        {"_id": oid("ghostly"), "name": "Work", "user": GHOST},
        {"name": "no id", "user": BEA},
    ],
    "sharedlinks": [
        link("old", "old", isPublic=True),
        link("new", "new"),
        link("some", "some", isPublic=True),
        link("mine", "mine", isPublic=True),
        link("off", "off", isPublic=False),
        link("ended", "ended", isPublic=True, expiredAt=LONG_AGO),
        link("twice1", "twice", isPublic=True),
        link("twice2", "twice", isPublic=True, createdAt={"$date": "2025-03-01T00:00:00Z"}),
        link("limits", "limits", isPublic=True, targetMessageId="gone"),
        link("temporary", "temporary", isPublic=True),
        link("deleted", "no such chat", isPublic=True),
        link("ghost", "old", GHOST, isPublic=True),
        link("thief", "new", CARL, isPublic=True),
    ],
    "aclentries": [
        entry("e1", "new", principalType="public"),
        entry("e2", "some", principalType="user", principalId={"$oid": CARL}),
        entry("e3", "some", principalType="user", principalId={"$oid": GHOST}),
        entry("e4", "mine", principalType="user", principalId={"$oid": BEA}, permBits=15),
        entry("e5", "off", principalType="public", expiredAt=LONG_AGO),
        entry("e6", "deleted", principalType="public"),
    ],
}


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    folder = tmp_path / "backup" / "data"
    folder.mkdir(parents=True)
    for name, rows in BACKUP.items():
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    return folder.parent


def adds_up(finished: Finished) -> None:
    for name, count in finished.collections.items():
        accounted = sum(count[state] for state in ACCOUNTED)
        accounted += sum(count["skipped"].values()) + sum(count["failed"].values())
        assert count["found"] == accounted, name


def test_every_link_keeps_its_reach(empty: Deployment, backup: Path, tmp_path: Path) -> None:
    dry = migrate(empty, backup, tmp_path / "dry", "--dry-run")
    run = migrate(empty, backup, tmp_path / "run")
    assert (dry.status, run.status) == (20, 20), run.output  # one project has no id
    assert dry.collections == run.collections
    adds_up(run)
    chats = {row["meta"]["librechat"]["conversationId"]: row for row in table_rows(empty, "chat")}
    people = {row["name"]: row["id"] for row in table_rows(empty, "user")}
    names = {row["id"]: name for name, row in chats.items()}
    shares = {names[row["chat_id"]]: row["id"] for row in table_rows(empty, "shared_chat")}
    assert shares == {
        "old": "share-of-old",
        "new": "share-of-new",
        "some": "share-of-some",
        "twice": "share-of-twice2",
    }
    assert {name: chats[name]["share_id"] for name in CHATS if chats[name]["share_id"]} == shares
    readers = {
        (names[row["resource_id"]], row["principal_type"], row["principal_id"], row["permission"])
        for row in table_rows(empty, "access_grant")
    }
    assert readers == {
        ("old", "user", "*", "read"),
        ("new", "user", "*", "read"),
        ("some", "user", people["carl"], "read"),
        ("twice", "user", "*", "read"),
    }
    links = run.collections["sharedlinks"]
    assert links["migrated"] == 4
    assert links["skipped"] == {
        "conversation-missing": 2,
        "expired": 1,
        "link-off": 2,
        "no-messages": 1,
        "one-link-per-chat": 1,
        "owner-not-migrated": 1,
        "resource-not-migrated": 1,
    }
    assert run.collections["aclentries"]["skipped"] == {
        "expired": 1,
        "principal-missing": 1,
        "resource-not-migrated": 2,
    }


def test_projects_become_their_owners_folders(
    empty: Deployment, backup: Path, tmp_path: Path
) -> None:
    run = migrate(empty, backup, tmp_path / "run")
    again = migrate(empty, backup, tmp_path / "again")
    people = {row["id"]: row["name"] for row in table_rows(empty, "user")}
    folders = {row["id"]: row for row in table_rows(empty, "folder")}
    found = sorted((people[row["user_id"]], row["name"]) for row in folders.values())
    assert found == [("bea", "WORK (2)"), ("bea", "Work"), ("carl", "Work")]
    chats = {row["title"]: row for row in table_rows(empty, "chat")}
    assert folders[chats["filed2"]["folder_id"]]["name"] == "Work"
    assert chats["filed2"]["pinned"]
    assert {chats[name]["folder_id"] for name in ("stray", "lost", "filed")} == {None}
    assert run.collections["chatprojects"]["skipped"] == {"owner-not-migrated": 1}
    assert run.collections["chatprojects"]["failed"] == {"invalid-document": 1}
    assert again.collections["chatprojects"]["existing"] == 3
    assert again.collections["sharedlinks"]["existing"] == 4
    assert again.collections["sharedlinks"]["migrated"] == 0

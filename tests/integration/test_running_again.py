"""A newer backup into an Open WebUI in which people work: through its own interface."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.backups import Backup, write
from tests.support.databases import ADMIN, Database, run_python
from tests.support.environments import Deployment
from tests.support.openwebui import OpenWebUIServer, Person, signed_in
from tests.support.run import Finished, migrate
from tests.support.snapshots import table_rows

pytestmark = pytest.mark.openwebui

HASH = "$2a$04$zFDaTBSWL/O2ztgh4KYGO.jN8znGlAuBYcmdUlRdUM.BfE0JjMfKu"
ADA, BEN = "64ca1db05f9d88c1aa1a2b01", "64ca1db05f9d88c1aa1a2b02"
AGENT = "64ca1db05f9d88c1aa1a2c01"
ADMIN_SIGNS_IN = f"""
import asyncio
import open_webui.config
from open_webui.internal.db import async_engine
from open_webui.models.auths import Auths
from open_webui.models.users import Users
async def give():
    admin = await Users.get_user_by_email("{ADMIN["email"]}")
    assert await Auths.update_user_password_by_id(admin.id, "{HASH}")
    await async_engine.dispose()
asyncio.run(give())
"""
CHATS = ("untouched", "continued", "renamed", "edited", "removed", "gone")


def a_day(number: int) -> dict[str, str]:
    return {"$date": f"2026-01-{number:02}T10:00:00Z"}


def _user(own_id: str, name: str) -> dict[str, Any]:
    return {
        "_id": {"$oid": own_id}, "email": f"{name}@again.example", "name": name, "password": HASH,
        "provider": "local", "createdAt": a_day(1),
    }  # fmt: skip


def a_message(chat: str, name: str, parent: str | None, day: int) -> dict[str, Any]:
    asked = name.startswith("q")
    return {
        "messageId": f"{chat}-{name}", "conversationId": chat, "user": ADA, "text": f"Text {name}",
        "parentMessageId": f"{chat}-{parent}" if parent else None, "isCreatedByUser": asked,
        "createdAt": a_day(day), "model": "gpt-4o", "endpoint": "openAI",
        **({} if asked else {"sender": "GPT"}),
    }  # fmt: skip


def _permission(number: int, whom: str) -> dict[str, Any]:
    return {
        "_id": {"$oid": f"64ca1db05f9d88c1aa1a2d{number:02}"}, "principalType": "user",
        "principalId": {"$oid": whom}, "resourceType": "agent", "resourceId": {"$oid": AGENT},
        "permBits": 15 if whom == ADA else 1,
    }  # fmt: skip


FIRST: Backup = {
    "users": [_user(ADA, "ada"), _user(BEN, "ben")],
    "conversations": [
        {"conversationId": chat, "user": ADA, "title": f"About {chat}", "endpoint": "openAI",
         "model": "gpt-4o", "createdAt": a_day(2), "updatedAt": a_day(2)}
        for chat in CHATS
    ],
    "messages": [
        a_message(chat, *each)
        for chat in CHATS
        for each in (("q1", None, 2), ("a1", "q1", 2))
    ],
    "agents": [
        {"_id": {"$oid": AGENT}, "id": "agent_gardener", "name": "Gardener",
         "author": {"$oid": ADA}, "provider": "openAI", "model": "gpt-4o",
         "instructions": "Be kind.",
         "createdAt": a_day(1), "updatedAt": a_day(1)},
    ],
    "aclentries": [_permission(1, ADA), _permission(2, BEN)],
    "groups": [],
    "sharedlinks": [],
}  # fmt: skip


def newer_backup() -> Backup:
    """Every conversation went on, one title and one answer changed, and Ben lost the agent."""
    backup = copy.deepcopy(FIRST)
    backup["messages"] += [
        a_message(chat, *each) for chat in CHATS for each in (("q2", "a1", 3), ("a2", "q2", 3))
    ]
    for message in backup["messages"]:
        if message["messageId"] in {"untouched-a1", "edited-a1"}:
            message["text"] = "Corrected in LibreChat"
    for conversation in backup["conversations"]:
        conversation["updatedAt"] = a_day(3)
        if conversation["conversationId"] in {"untouched", "renamed"}:
            conversation["title"] += ", and more"
    backup["aclentries"].pop()
    backup["conversations"] = [c for c in backup["conversations"] if c["conversationId"] != "gone"]
    backup["messages"] = [m for m in backup["messages"] if m["conversationId"] != "gone"]
    return backup


@dataclass(frozen=True)
class Story:
    """What two runs said, with people at work between them."""

    database: Database
    ada: Person
    ben: Person
    dry: Finished
    second: Finished
    third: Finished
    before: dict[str, Any]

    def chat(self, name: str) -> dict[str, Any]:
        ids = {row["meta"]["librechat"]["conversationId"]: row["id"] for row in self.before["chat"]}
        return self.ada.chat(ids[name])

    def texts(self, name: str) -> dict[str, str]:
        messages = self.chat(name)["chat"]["history"]["messages"]
        return {key: message["content"] for key, message in messages.items()}

    def fate(self, collection: str, source_id: str) -> str:
        """How the report lists a document; what is plainly migrated is not listed."""
        items = self.second.report["items"]
        found = [i for i in items if (i["collection"], i["source_id"]) == (collection, source_id)]
        return found[0]["reason"] or found[0]["state"] if found else "migrated"


def work(ada: Person, chats: dict[str, str]) -> None:
    """What Ada does in the meantime."""
    chat = ada.chat(chats["continued"])["chat"]
    messages = chat["history"]["messages"]
    messages["mine"] = {
        **messages["continued-q1"], "id": "mine", "parentId": "continued-a1", "childrenIds": [],
        "content": "Asked here",
    }  # fmt: skip
    messages["continued-a1"]["childrenIds"] = ["mine"]
    chat["history"]["currentId"] = "mine"
    post(ada, f"/chats/{chats['continued']}", {"chat": chat})
    post(ada, f"/chats/{chats['renamed']}", {"chat": {"title": "My own title"}})
    edited = f"/chats/{chats['edited']}/messages/edited-a1"
    post(ada, edited, {"content": "Edited here"})
    ada.http.delete(f"/api/v1/chats/{chats['removed']}").raise_for_status()


def post(person: Person, path: str, form: dict[str, Any]) -> None:
    person.http.post(f"/api/v1{path}", json=form).raise_for_status()


@pytest.fixture
def story(database: Database, tmp_path: Path) -> Iterator[Story]:
    """Two databases are enough: everything is looked at in one go."""
    home = tmp_path
    first, newer = write(home / "first", FIRST), write(home / "newer", newer_backup())
    place = database.deployment
    run_python(place, ADMIN_SIGNS_IN)
    with ExitStack() as stack:
        server = stack.enter_context(OpenWebUIServer(place))
        admin = stack.enter_context(signed_in(server.url, ADMIN["email"], "Password-1"))
        form = {"id": "agent-gardener", "name": "Trap", "base_model_id": "gpt-4o", "meta": {},
                "params": {"system": "Obey me."}, "access_grants": []}  # fmt: skip
        post(admin, "/models/create", form)
        run = migrate(place, first, home / "report-1")
        assert run.status == 0, run.output
        before: dict[str, Any] = {"chat": table_rows(place, "chat"), "run": run}
        before["model"] = table_rows(place, "model")
        before["grants"] = table_rows(place, "access_grant")
        ada = stack.enter_context(signed_in(server.url, "ada@again.example", "Password-1"))
        ben = stack.enter_context(signed_in(server.url, "ben@again.example", "Password-1"))
        ids = {row["meta"]["librechat"]["conversationId"]: row["id"] for row in before["chat"]}
        work(ada, ids)
        dry = migrate(place, newer, home / "report-dry", "--dry-run")
        second = migrate(place, newer, home / "report-2")
        third = migrate(place, newer, home / "report-3")
        yield Story(database, ada, ben, dry, second, third, before)


def _all_runs_end_well_and_the_preview_foretells(story: Story) -> None:
    for finished in (story.dry, story.second, story.third):
        assert finished.status == 0, finished.output
    assert story.dry.collections == story.second.collections
    assert story.third.collections["messages"]["migrated"] == 0
    assert story.third.collections["conversations"]["migrated"] == 0


def _an_untouched_chat_says_what_the_backup_says(story: Story) -> None:
    chat = story.chat("untouched")
    assert chat["title"] == "About untouched, and more"
    assert story.texts("untouched") == {
        "untouched-q1": "Text q1", "untouched-a1": "Corrected in LibreChat",
        "untouched-q2": "Text q2", "untouched-a2": "Text a2",
    }  # fmt: skip
    assert chat["chat"]["history"]["currentId"] == "untouched-a2"
    rows = table_rows(story.database.deployment, "chat_message")
    ours = {row["id"].split("-", 5)[-1] for row in rows if row["chat_id"] == chat["id"]}
    assert ours == set(story.texts("untouched"))
    assert story.fate("messages", "untouched-q1") == "existing"
    assert story.fate("messages", "untouched-a1") == "migrated"


def _a_chat_that_somebody_went_on_with_keeps_it_on_display(story: Story) -> None:
    history = story.chat("continued")["chat"]["history"]
    assert history["currentId"] == "mine"
    assert history["messages"]["mine"]["content"] == "Asked here"
    assert set(history["messages"]["continued-a1"]["childrenIds"]) == {"mine", "continued-q2"}
    assert story.texts("continued")["continued-a2"] == "Text a2"
    assert story.fate("messages", "continued-q2") == "migrated"


def _what_somebody_renamed_or_edited_stays_and_is_said(story: Story) -> None:
    assert story.chat("renamed")["title"] == "My own title"
    assert story.texts("renamed")["renamed-a2"] == "Text a2"
    assert story.fate("conversations", "renamed") == "changed-in-open-webui"
    assert story.texts("edited")["edited-a1"] == "Edited here"
    assert story.fate("messages", "edited-a1") == "changed-in-open-webui"
    assert story.fate("messages", "edited-a2") == "migrated"


def _what_somebody_removed_stays_removed(story: Story) -> None:
    titles = {row["title"] for row in table_rows(story.database.deployment, "chat")}
    assert not {title for title in titles if "removed" in title}
    assert story.fate("conversations", "removed") == "removed-in-open-webui"
    assert story.fate("messages", "removed-q2") == "removed-in-open-webui"


def _what_librechat_deleted_stays_and_is_listed(story: Story) -> None:
    assert story.texts("gone") == {"gone-q1": "Text q1", "gone-a1": "Text a1"}
    found = [
        w["detail"] for w in story.second.report["warnings"] if w["code"] == "gone-from-backup"
    ]
    assert found == ["conversations: gone"]


def _a_model_whose_id_was_taken_is_another_one(story: Story) -> None:
    models = {row["name"]: row for row in story.before["model"]}
    assert models["Trap"]["id"] == "agent-gardener"
    assert models["Gardener"]["id"].startswith("agent-gardener-")
    warnings = [warning["code"] for warning in story.before["run"].report["warnings"]]
    assert "id-taken" in warnings
    now = [row["id"] for row in table_rows(story.database.deployment, "model")]
    assert sorted(now) == sorted(row["id"] for row in story.before["model"])


def _access_that_librechat_took_back_is_taken_back(story: Story) -> None:
    assert {grant["principal_id"] for grant in story.before["grants"]} == {story.ben.id}
    assert table_rows(story.database.deployment, "access_grant") == []


def test_two_runs_with_people_at_work_between_them(story: Story) -> None:
    for check in (
        _all_runs_end_well_and_the_preview_foretells,
        _an_untouched_chat_says_what_the_backup_says,
        _a_chat_that_somebody_went_on_with_keeps_it_on_display,
        _what_somebody_renamed_or_edited_stays_and_is_said,
        _what_somebody_removed_stays_removed,
        _what_librechat_deleted_stays_and_is_listed,
        _a_model_whose_id_was_taken_is_another_one,
        _access_that_librechat_took_back_is_taken_back,
    ):
        check(story)


def test_the_whole_backup_repairs_what_a_damaged_one_left_open(
    empty: Deployment, tmp_path: Path
) -> None:
    whole = newer_backup()
    whole["aclentries"].append(_permission(2, BEN))
    whole["files"] = [
        {"file_id": "notes", "user": {"$oid": ADA}, "filename": "notes.txt", "bytes": 5,
         "filepath": f"/uploads/{ADA}/notes__notes.txt", "source": "local", "type": "text/plain",
         "createdAt": a_day(2)}
    ]  # fmt: skip
    whole["messages"][0]["files"] = [{"file_id": "notes"}]
    damaged = {name: documents for name, documents in whole.items() if name != "aclentries"}
    damaged["messages"] = [m for m in whole["messages"] if m["messageId"] != "renamed-q2"][:-3]
    damaged["accessroles"] = [{"_id": {"$oid": AGENT}, "name": "viewer"}]
    first, second = write(tmp_path / "damaged", damaged), write(tmp_path / "whole", whole)
    place = second / "uploads" / ADA
    place.mkdir(parents=True)
    (place / "notes__notes.txt").write_text("prune")

    assert migrate(empty, first, tmp_path / "report-1").status == 0
    assert "file not migrated" in json.dumps(table_rows(empty, "chat"))
    assert table_rows(empty, "access_grant") == []
    dry = migrate(empty, second, tmp_path / "report-dry", "--dry-run")
    run = migrate(empty, second, tmp_path / "report-2")
    assert (dry.status, run.status) == (0, 0), run.output
    assert dry.collections == run.collections
    assert "file not migrated" not in json.dumps(table_rows(empty, "chat"))
    assert len(table_rows(empty, "access_grant")) == 1
    (file,) = table_rows(empty, "file")
    assert [row["file_id"] for row in table_rows(empty, "chat_file")] == [file["id"]]
    found = {}
    for row in table_rows(empty, "chat"):
        for key, message in row["chat"]["history"]["messages"].items():
            found[key] = message["parentId"]
            assert all(found.get(child, key) == key for child in message["childrenIds"])
    assert found == {m["messageId"]: m["parentMessageId"] for m in whole["messages"]}
    again = migrate(empty, second, tmp_path / "report-3")
    assert all(count["migrated"] == 0 for count in again.collections.values())

    # A newer backup without the bytes takes nothing away.
    (place / "notes__notes.txt").unlink()
    without = migrate(empty, second, tmp_path / "report-4")
    assert without.collections["files"]["existing"] == 1
    assert all(count["migrated"] == 0 for count in without.collections.values())
    assert "file not migrated" not in json.dumps(table_rows(empty, "chat"))

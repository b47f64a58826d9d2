"""Reading back: every kind of damage is found and named, and what people did is told apart."""

from __future__ import annotations

import copy
import io
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrator_core.item import Item, Reading
from migrator_core.openwebui import Memory, OpenWebUI, VerifyingWriter
from migrator_core.openwebui.indexing.pending import Document
from migrator_core.openwebui.ledger.records import entry
from migrator_core.openwebui.writing.conflicts import Written
from migrator_core.outcome import Reason, State
from migrator_core.rows import Grant
from migrator_core.verification import HARMLESS, Difference, Finding
from tests.integration.openwebui.conftest import OpenRun, start_run
from tests.support import rows
from tests.support.databases import Database

BEA, CARL = rows.key("bea"), rows.key("carl")
EVERYBODY = Grant("user", "*", "read")
CARL_READS = Grant("user", CARL, "read")
TEAM_READS = Grant("group", rows.key("Team"), "read")
CHAT, SHARED = rows.key("Trip"), rows.key("Open")
LATER = int(time.time()) + 1000
"""When people change something: after every run of these tests."""


def everything() -> list[list[Item]]:
    """One of each, in the order of the phases."""
    open_chat, link = rows.shared_pair("Open", BEA, EVERYBODY)
    trip = rows.chat(
        "Trip",
        BEA,
        folder_id=rows.folder("Travel", BEA).id,
        file_ids=(("q", rows.key("plan")),),
        feedback=(rows.rating("Trip", BEA),),
    )
    return [
        [rows.item(rows.user("bea")), rows.item(rows.user("carl"))],
        [rows.item(rows.group("Team", BEA, CARL)), rows.item(rows.tag("Later", BEA))],
        [rows.item(rows.folder("Travel", BEA))],
        [rows.item(trip), rows.item(open_chat), rows.item(link)],
        [rows.item(rows.prompt("greet", BEA, CARL_READS)), rows.item(rows.prompt("own", BEA))],
        [
            rows.item(rows.model("helper", BEA, CARL_READS, TEAM_READS)),
            rows.item(rows.model("mine", BEA)),
        ],
    ]  # fmt: skip


PLAN, NOTES = rows.file("plan", BEA), rows.file("notes", BEA)
FILES = ((PLAN, lambda: io.BytesIO(b"plan!")), (NOTES, lambda: io.BytesIO(b"notes")))


@dataclass
class House:
    """Everything of :func:`everything`, migrated; with hands to change it."""

    run: OpenRun
    uploads: Path

    @property
    def target(self) -> OpenWebUI:
        return self.run.target

    async def migrate(self) -> None:
        first, *others = everything()
        await self.run.writer.write(first)
        for file, open_blob in FILES:
            await self.run.writer.write_file(rows.item(file), open_blob)
        for batch in others:
            written = await self.run.writer.write(batch)
            assert {one.state for one in written} == {State.MIGRATED}

    async def verify(self, without: frozenset[str] = frozenset()) -> Verified:
        """Compare all of it, but for the kinds that the backup does not have any more."""
        found: list[Finding] = []
        met: set[tuple[str, str]] = set()

        def first_time(kind: str, key: str) -> bool:
            new = (kind, key) not in met
            met.add((kind, key))
            return new

        writer = VerifyingWriter(self.target, Memory(self.target), found.append, first_time)
        first, *others = [
            [item for item in batch if type(item.row).__name__ not in without]
            for batch in everything()
        ]
        accounted = await writer.write(first)
        for file, open_blob in FILES:
            accounted.append(await writer.write_file(rows.item(file), open_blob))
        for batch in others:
            accounted += await writer.write(batch)
        await writer.close()
        states = {one.item.source_id: one.accounted for one in accounted}
        assert {one.state for one in accounted} == {State.EXISTING}  # what later phases are told
        return Verified(
            found, {key: (one.state, one.reason) for key, one in states.items()}, writer
        )

    async def update(self, table: str, where: dict[str, Any], **values: Any) -> None:
        columns = self.target.schema.table(table)
        conditions = [columns.c[name] == value for name, value in where.items()]
        async with self.target.database.engine.begin() as connection:
            done = await connection.execute(sa.update(columns).where(*conditions).values(**values))
            assert done.rowcount

    async def delete(self, table: str, **where: Any) -> None:
        columns = self.target.schema.table(table)
        conditions = [columns.c[name] == value for name, value in where.items()]
        async with self.target.database.engine.begin() as connection:
            done = await connection.execute(sa.delete(columns).where(*conditions))
            assert done.rowcount

    async def insert(self, table: str, **values: Any) -> None:
        async with self.target.database.engine.begin() as connection:
            await connection.execute(sa.insert(self.target.schema.table(table)).values(**values))

    async def get(self, table: str, row_id: str) -> dict[str, Any]:
        return next(row for row in await self.run.rows(table) if row["id"] == row_id)

    async def edit_chat(self, change: Callable[[dict[str, Any]], object], **columns: Any) -> None:
        """Change the messages in a chat's document."""
        document = copy.deepcopy((await self.get("chat", CHAT))["chat"])
        change(document["history"]["messages"])
        await self.update("chat", {"id": CHAT}, chat=document, **columns)

    async def edit_message(self, message_id: str, **columns: Any) -> None:
        """Change a row of ``chat_message``."""
        await self.update("chat_message", {"id": f"{CHAT}-{message_id}"}, **columns)

    def stored(self, file_id: str) -> Path:
        return next(self.uploads.glob(f"{file_id}_*"))


@dataclass
class Verified:
    """What was found, and what the report says of each item."""

    findings: list[Finding]
    accounted: dict[str, tuple[State, Reason | None]]
    writer: VerifyingWriter

    @property
    def grave(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.difference not in HARMLESS]


@pytest.fixture
async def house(run: OpenRun, database: Database) -> House:
    house = House(run, database.uploads)
    await house.migrate()
    return house


def set_in(message_id: str, key: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda messages: messages[message_id].__setitem__(key, value)


Deed = Callable[[House], Awaitable[object]]


async def lose_bytes(house: House) -> None:
    house.stored(PLAN.id).unlink()


async def change_bytes(house: House) -> None:
    house.stored(PLAN.id).write_bytes(b"other")


async def lose_file(house: House) -> None:
    await house.delete("file", id=NOTES.id)


async def widen(house: House, kind: str, resource: str, principal: str = "*") -> None:
    await house.insert(
        "access_grant", id="added", resource_type=kind, resource_id=resource,
        principal_type="user", principal_id=principal, permission="read", created_at=LATER,
    )  # fmt: skip


async def lose_share(house: House) -> None:
    await house.delete("shared_chat", chat_id=SHARED)


async def lose_message(house: House) -> None:
    await house.edit_chat(lambda messages: messages.pop("a1"))
    await house.delete("chat_message", id=f"{CHAT}-a1")


async def lose_tag_of_chat(house: House) -> None:
    for chat in (CHAT, SHARED):
        meta = (await house.get("chat", chat))["meta"]
        await house.update("chat", {"id": chat}, meta={**meta, "tags": []})


async def break_row(house: House) -> None:
    await house.update("user", {"id": BEA}, name=None)


async def break_json(house: House) -> None:
    if house.target.dialect == "postgresql":
        await house.update("chat", {"id": CHAT}, meta=[])
        return
    async with house.target.database.engine.begin() as connection:
        text = "UPDATE chat SET chat = '{broken' WHERE id = :id"
        await connection.execute(sa.text(text), {"id": CHAT})


PROMPT = rows.key("/greet")
DAMAGE: dict[str, tuple[Deed, Difference, str, str]] = {
    "a text changed in the document": (
        lambda h: h.edit_chat(set_in("a1", "content", "Else")),
        Difference.DIFFERS, CHAT, "message a1: content in the chat"),
    "a text changed in the row": (
        lambda h: h.edit_message("a1", content="Else"),
        Difference.DIFFERS, CHAT, "message a1: content in chat_message"),
    "parts changed in the document": (
        lambda h: h.edit_chat(set_in("a1", "output", [])),
        Difference.DIFFERS, CHAT, "message a1: output in the chat"),
    "sources appeared in the document": (
        lambda h: h.edit_chat(set_in("a1", "sources", [{"source": {"name": "x"}}])),
        Difference.DIFFERS, CHAT, "message a1: sources in the chat"),
    "a message dropped from both": (lose_message, Difference.MISSING, CHAT, "message a1"),
    "a message dropped from the document": (
        lambda h: h.edit_chat(lambda messages: messages.pop("a1")),
        Difference.MISSING, CHAT, "message a1: not in the chat"),
    "a row of a message dropped": (
        lambda h: h.delete("chat_message", id=f"{CHAT}-a2"),
        Difference.MISSING, CHAT, "message a2: not in chat_message"),
    "a parent changed": (
        lambda h: h.edit_chat(set_in("a2", "parentId", "a1")),
        Difference.DIFFERS, CHAT, "message a2: parentId in the chat"),
    "a parent changed in the row": (
        lambda h: h.edit_message("a2", parent_id="a1"),
        Difference.DIFFERS, CHAT, "message a2: parent_id in chat_message"),
    "the order of siblings": (
        lambda h: h.edit_chat(set_in("q", "childrenIds", ["a2", "a1"])),
        Difference.DIFFERS, CHAT, "message q: order of the answers"),
    "a message from nowhere": (
        lambda h: h.edit_chat(lambda m: m.update(x={**m["a1"], "id": "x"})),
        Difference.UNEXPECTED, CHAT, "message x: not migrated"),
    "a chat lost": (
        lambda h: h.delete("chat", id=CHAT),
        Difference.MISSING, CHAT, "chat"),
    "a chat of somebody else": (
        lambda h: h.update("chat", {"id": CHAT}, user_id=CARL),
        Difference.DIFFERS, CHAT, "user_id"),
    "a title changed in one place": (
        lambda h: h.update("chat", {"id": CHAT}, title="Else"),
        Difference.DIFFERS, CHAT, "title: two of them"),
    "bytes changed": (change_bytes, Difference.BYTES_DIFFER, PLAN.id, "5 bytes"),
    "bytes gone": (lose_bytes, Difference.BYTES_LOST, PLAN.id, "the bytes cannot be read"),
    "a record of a file gone": (lose_file, Difference.MISSING, NOTES.id, "file"),
    "a link of a chat to a file gone": (
        lambda h: h.delete("chat_file", chat_id=CHAT),
        Difference.MISSING, CHAT, f"chat_file: {PLAN.id}"),
    "a prompt shared with everybody": (
        lambda h: widen(h, "prompt", PROMPT),
        Difference.UNEXPECTED, PROMPT, "access: user * read"),
    "a private prompt shared": (
        lambda h: widen(h, "prompt", rows.key("/own")),
        Difference.UNEXPECTED, rows.key("/own"), "access: user * read"),
    "a file shared": (
        lambda h: widen(h, "file", PLAN.id, CARL),
        Difference.UNEXPECTED, PLAN.id, f"access: user {CARL} read"),
    "an access gone": (
        lambda h: h.delete("access_grant", resource_id="agent-helper", principal_id=CARL),
        Difference.MISSING, "agent-helper", f"access: user {CARL} read"),
    "the only access gone": (
        lambda h: h.delete("access_grant", resource_id=PROMPT),
        Difference.MISSING, PROMPT, f"access: user {CARL} read"),
    "a hash changed": (
        lambda h: h.update("auth", {"id": BEA}, password=rows.HASH[:-1] + "x"),
        Difference.DIFFERS, BEA, "password"),
    "a hash of another form changed": (
        lambda h: h.update("auth", {"id": BEA}, password="$2b$12$" + "x" * 53),
        Difference.DIFFERS, BEA, "password"),
    "no way to sign in": (
        lambda h: h.delete("auth", id=BEA), Difference.MISSING, BEA, "auth: nobody can sign in"),
    "an administrator": (
        lambda h: h.update("user", {"id": BEA}, role="admin"),
        Difference.UNEXPECTED, BEA, "role: admin"),
    "an unknown role": (
        lambda h: h.update("user", {"id": BEA}, role="guest"), Difference.DIFFERS, BEA, "role"),
    "an address changed in one place": (
        lambda h: h.update("user", {"id": BEA}, email="x@people.example"),
        Difference.DIFFERS, BEA, "email: not the one of auth"),
    "an account that cannot be read": (break_row, Difference.UNREADABLE, BEA, "user: name"),
    "a chat that cannot be read": (break_json, Difference.UNREADABLE, CHAT, "chat"),
    "a prompt's text": (
        lambda h: h.update("prompt", {"id": PROMPT}, content="Else"),
        Difference.DIFFERS, PROMPT, "content"),
    "a version of a prompt": (
        lambda h: h.update("prompt_history", {"prompt_id": PROMPT}, snapshot={"content": "Else"}),
        Difference.DIFFERS, PROMPT, "prompt_history: the migrated version"),
    "a version of a prompt gone": (
        lambda h: h.delete("prompt_history", prompt_id=PROMPT),
        Difference.MISSING, PROMPT, "prompt_history: the migrated version"),
    "a model's parameters": (
        lambda h: h.update("model", {"id": "agent-mine"}, params={"temperature": 1}),
        Difference.DIFFERS, "agent-mine", "params"),
    "a tag lost": (
        lambda h: h.delete("tag", id="red_thread"),
        Difference.MISSING, CHAT, "tag red_thread: without a row, nobody sees it"),
    "a tag lost from its chats": (
        lose_tag_of_chat, Difference.DIFFERS, CHAT, "tag red_thread"),
    "a folder lost": (
        lambda h: h.delete("folder", user_id=BEA),
        Difference.MISSING, rows.folder("Travel", BEA).id, "folder"),
    "a member lost": (
        lambda h: h.delete("group_member", user_id=CARL),
        Difference.MISSING, rows.key("Team"), f"member {CARL}"),
    "a group that may do more": (
        lambda h: h.update("group", {"name": "Team"}, permissions={"chat": {"delete": True}}),
        Difference.UNEXPECTED, rows.key("Team"), "permissions"),
    "a share lost": (lose_share, Difference.MISSING, "link-to-Open", "shared_chat"),
    "a share that shows more": (
        lambda h: h.update("shared_chat", {"chat_id": SHARED}, chat={}),
        Difference.DIFFERS, "link-to-Open", "chat"),
    "a rating changed": (
        lambda h: h.update("feedback", {"user_id": BEA}, data={"rating": -1}),
        Difference.DIFFERS, CHAT, f"rating {rows.key('rating Trip')}"),
}  # fmt: skip


async def test_what_nobody_touched_is_equal(house: House) -> None:
    verified = await house.verify()
    assert verified.findings == []
    counts = verified.writer.counts
    assert counts.compared == counts.equal
    assert counts.compared.total() == 14
    assert (counts.files, counts.bytes) == (2, 10)
    assert set(verified.accounted.values()) == {(State.EXISTING, None)}


@pytest.mark.parametrize("name", DAMAGE)
async def test_damage_is_found_and_named(house: House, name: str) -> None:
    deed, difference, target_id, what = DAMAGE[name]
    if name == "a chat lost" and house.target.dialect == "postgresql":
        await deed(house)  # it lets no chat go without its messages: no damage can be made so
        left = await house.run.rows("chat_message")
        assert not [row for row in left if row["chat_id"] == CHAT]
        return
    await deed(house)
    verified = await house.verify()
    found = [
        one for one in verified.grave if one.difference is difference and one.target_id == target_id
    ]
    assert found, verified.findings
    assert any(part.startswith(what) for one in found for part in one.what), found
    assert verified.accounted[target_id] == (State.FAILED, Reason.DIFFERS)
    secrets = [rows.HASH, "Answer", "Question", "Be brief"]
    assert not [one for one in verified.findings for secret in secrets if secret in one.detail]


async def continue_chat(house: House) -> None:
    def add(messages: dict[str, Any]) -> None:
        messages["a2"]["childrenIds"] = ["q2"]
        messages["q2"] = {**messages["q"], "id": "q2", "parentId": "a2", "childrenIds": []}

    await house.edit_chat(add, updated_at=LATER, current_message_id="q2")
    row = await house.get("chat_message", f"{CHAT}-q")
    await house.insert("chat_message", **{**row, "id": f"{CHAT}-q2", "parent_id": "a2"})


async def edit_answer(house: House) -> None:
    await house.edit_chat(set_in("a1", "content", "Mine"), updated_at=LATER)
    await house.edit_message("a1", content="Mine")


async def remove_answer(house: House) -> None:
    def drop(messages: dict[str, Any]) -> None:
        del messages["a1"]
        messages["q"]["childrenIds"] = ["a2"]

    await house.edit_chat(drop, updated_at=LATER)
    await house.delete("chat_message", id=f"{CHAT}-a1")


async def rename(house: House) -> None:
    document = {**(await house.get("chat", CHAT))["chat"], "title": "Mine"}
    await house.update("chat", {"id": CHAT}, chat=document, title="Mine")


async def delete_chat(house: House) -> None:
    for table, column in (("chat_file", "chat_id"), ("chat_message", "chat_id"), ("chat", "id")):
        await house.delete(table, **{column: CHAT})


async def delete_file(house: House) -> None:
    house.stored(NOTES.id).unlink()
    await house.delete("file", id=NOTES.id)


async def stop_sharing(house: House) -> None:
    await house.delete("shared_chat", chat_id=SHARED)
    await house.update("chat", {"id": SHARED}, share_id=None)
    await house.delete("access_grant", resource_id=SHARED)


async def share_otherwise(house: House) -> None:
    await house.delete("access_grant", resource_id=PROMPT)
    await widen(house, "prompt", PROMPT)


async def change_password(house: House) -> None:
    await house.update("auth", {"id": BEA}, password="$2b$12$" + "x" * 53, session_stamp="another")


async def change_address(house: House) -> None:
    for table in ("user", "auth"):
        await house.update(table, {"id": BEA}, email="new@people.example")


async def leave_group(house: House) -> None:
    await house.delete("group_member", user_id=CARL)
    await house.update("group", {"id": rows.key("Team")}, updated_at=LATER)


async def delete_folder(house: House) -> None:
    await house.update("chat", {"id": CHAT}, folder_id=None)
    await house.delete("folder", user_id=BEA)


async def take_tag_away(house: House) -> None:
    await lose_tag_of_chat(house)
    await house.delete("tag", id="red_thread")


CHANGED, REMOVED = Difference.CHANGED_IN_OPEN_WEBUI, Difference.REMOVED_IN_OPEN_WEBUI
PEOPLE: dict[str, tuple[Deed, Difference, str]] = {
    "continue a chat": (continue_chat, CHANGED, CHAT),
    "edit an answer": (edit_answer, CHANGED, CHAT),
    "remove an answer": (remove_answer, REMOVED, CHAT),
    "rename a chat": (rename, CHANGED, CHAT),
    "delete a chat": (delete_chat, REMOVED, CHAT),
    "archive a chat": (
        lambda h: h.update("chat", {"id": CHAT}, archived=True, folder_id=None), CHANGED, CHAT),
    "delete a file": (delete_file, REMOVED, NOTES.id),
    "stop sharing": (stop_sharing, REMOVED, "link-to-Open"),
    "share otherwise": (share_otherwise, CHANGED, PROMPT),
    "change the password": (change_password, CHANGED, BEA),
    "change the address": (change_address, CHANGED, BEA),
    "change the name": (lambda h: h.update("user", {"id": BEA}, name="B."), CHANGED, BEA),
    "leave a group": (leave_group, CHANGED, rows.key("Team")),
    "delete a folder": (delete_folder, REMOVED, rows.folder("Travel", BEA).id),
    "take the last of a tag away": (take_tag_away, CHANGED, CHAT),
    "change a prompt": (
        lambda h: h.update("prompt", {"id": PROMPT}, content="Mine", updated_at=LATER),
        CHANGED, PROMPT),
    "change a model": (
        lambda h: h.update("model", {"id": "agent-mine"}, params={}, updated_at=LATER),
        CHANGED, "agent-mine"),
}  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
async def test_what_people_did_is_no_damage(house: House, name: str) -> None:
    deed, difference, target_id = PEOPLE[name]
    await deed(house)
    verified = await house.verify()
    assert verified.grave == []
    assert (difference, target_id) in {(f.difference, f.target_id) for f in verified.findings}
    assert verified.accounted[target_id][0] in {State.EXISTING, State.SKIPPED}


async def test_damage_stays_visible_where_people_went_on(house: House) -> None:
    await continue_chat(house)
    await house.edit_message("a1", content="Else")
    (grave,) = (await house.verify()).grave
    assert grave.what == ("message a1: content in chat_message",)


async def test_a_later_run_does_not_turn_what_people_did_before_it_into_damage(
    house: House,
) -> None:
    async with house.target.database.engine.begin() as connection:
        text = "UPDATE librechat_migration_run SET started_at = started_at - 1000"
        await connection.execute(sa.text(text))
    (trip,) = (one for one in everything()[3] if one.row.id == CHAT)
    later = await start_run(house.target)
    brought = entry("chats", CHAT, "updated", target_kind="chat", target_id=CHAT,
                    fingerprint=trip.fingerprint)  # fmt: skip
    await later.ledger.add(later.run_id, [brought])
    await house.edit_chat(set_in("a1", "content", "Mine"), updated_at=int(time.time()) - 500)
    await house.edit_message("a1", content="Mine")
    assert (await house.verify()).grave == []


async def index(house: House) -> int:
    """Have a file indexed: Open WebUI notes that as a change. When that was."""
    now = int(time.time()) + 500
    await house.update("file", {"id": PLAN.id}, updated_at=now)
    noted = Document(PLAN.id, PLAN.filename, "", "digest", None).indexed
    await house.run.ledger.add(house.run.run_id, [{**noted, "detail": str(now)}])
    assert (await house.verify()).findings == []
    return now


async def test_what_is_lost_after_an_index_is_damage(house: House) -> None:
    await index(house)
    await house.update("file", {"id": PLAN.id}, filename="lost")
    (grave,) = (await house.verify()).grave
    assert (grave.difference, grave.what) == (Difference.DIFFERS, ("filename",))


async def test_what_people_change_after_an_index_is_theirs(house: House) -> None:
    now = await index(house)
    await house.update("file", {"id": PLAN.id}, filename="renamed", updated_at=now + 1)
    (found,) = (await house.verify()).findings
    assert found.difference is Difference.CHANGED_IN_OPEN_WEBUI


TABLE = replace(rows.item(PLAN), reads=Reading.PLAIN)
REPORT = replace(rows.item(NOTES), reads=Reading.LOADER)


async def without_ledger(run: OpenRun, texts: dict[str, str]) -> list[Written]:
    """Two documents with these texts, compared after somebody dropped the ledger's tables."""
    await run.writer.write([rows.item(rows.user("bea"))])
    for one, content in ((TABLE, b"plum"), (replace(REPORT, reads=Reading.UNWANTED), b"%PDF-")):
        await run.writer.write_file(one, partial(io.BytesIO, content))
    file = run.target.schema.table("file")
    async with run.target.database.engine.begin() as connection:
        for file_id, text in texts.items():
            data = {"status": "completed", "content": text}
            await connection.execute(sa.update(file).where(file.c.id == file_id).values(data=data))
        for name in ("item", "run"):
            await connection.execute(sa.text(f"DROP TABLE librechat_migration_{name}"))
    found: list[Finding] = []
    writer = VerifyingWriter(run.target, Memory(run.target), found.append, lambda _k, _i: True)
    table = await writer.write_file(TABLE, lambda: io.BytesIO(b"plum"))
    report = await writer.write_file(REPORT, lambda: io.BytesIO(b"%PDF-"))
    looked = await writer.look(REPORT)
    assert looked is not None
    assert looked.characters == report.characters
    assert {one.what for one in found} <= {("text",)}
    return [table, report]


async def test_without_a_ledger_texts_are_what_the_bytes_say_or_what_is_there(
    run: OpenRun,
) -> None:
    table, report = await without_ledger(run, {NOTES.id: "in October"})
    assert [one.accounted.state for one in (table, report)] == [State.EXISTING] * 2
    assert (table.characters, report.characters) == (4, 10)


async def test_without_a_ledger_a_text_that_is_lost_is_damage_where_the_bytes_tell(
    run: OpenRun,
) -> None:
    table, report = await without_ledger(run, {PLAN.id: ""})
    assert table.accounted.reason is Reason.DIFFERS
    assert (report.accounted.state, report.characters) == (State.EXISTING, 0)


async def test_what_no_run_brought_is_not_migrated(run: OpenRun, database: Database) -> None:
    house = House(run, database.uploads)
    database.uploads.mkdir(parents=True, exist_ok=True)
    verified = await house.verify()
    assert {one.difference for one in verified.findings} == {Difference.NOT_MIGRATED}
    assert len(verified.findings) == 14


async def test_what_the_backup_changed_since_is_outdated(house: House) -> None:
    chat = rows.chat("Trip", BEA)
    item = replace(rows.item(chat), fingerprint="of a newer backup")
    found: list[Finding] = []
    writer = VerifyingWriter(
        house.target, Memory(house.target), found.append, lambda _kind, _key: True
    )
    newer = replace(item, row=replace(chat, title="Newer", chat={**chat.chat, "title": "Newer"}))
    await writer.write([newer])
    (one,) = [finding for finding in found if finding.difference not in HARMLESS]
    assert one.difference is Difference.OUTDATED
    assert "title" in one.what


async def test_what_the_backup_no_longer_has_is_listed(house: House) -> None:
    verified = await house.verify(without=frozenset({"PromptRow", "GroupRow"}))
    assert verified.grave == []
    listed = {one.target_id for one in verified.findings}
    assert listed == {PROMPT, rows.key("/own"), rows.key("Team")}
    assert {one.difference for one in verified.findings} == {Difference.NOT_IN_BACKUP}


async def test_a_document_that_failed_is_not_missing(run: OpenRun) -> None:
    item = rows.item(rows.user("bad", username="u" * 51))
    (written,) = await run.writer.write([item])
    assert written.state is State.FAILED
    found: list[Finding] = []
    writer = VerifyingWriter(run.target, Memory(run.target), found.append, lambda _k, _i: True)
    (compared,) = await writer.write([item])
    assert found == []
    assert (compared.accounted.state, compared.reason) == (written.state, written.reason)


async def test_nothing_is_written(house: House, database: Database) -> None:
    await house.edit_chat(lambda messages: messages.pop("a2"))  # its readers would repair this
    before, entries = await house.run.everything(), await house.run.items()
    async with database.open(read_only=True) as reader:
        await House(replace(house.run, target=reader), database.uploads).verify()
    assert await house.run.everything() == before
    assert await house.run.items() == entries

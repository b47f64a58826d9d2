"""The writer on real databases: what arrives, what is left alone, what fails alone."""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
from dataclasses import replace
from typing import Any, BinaryIO

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

from migrator_core.errors import AbortedError
from migrator_core.openwebui import Account
from migrator_core.openwebui.mapping.context import companion_id
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.rows import Grant, Row
from tests.integration.openwebui.conftest import OpenRun, start_run
from tests.support.databases import ADMIN, ADMIN_SINCE, Database, run_python, schema
from tests.support.rows import (
    HASH,
    LONG_AGO,
    chat,
    file,
    group,
    item,
    key,
    model,
    prompt,
    tag,
    user,
)

EVERYBODY = Grant("user", "*", "read")
SURROGATE, NUL = "half an emoji \ud83d", "zero \x00 byte"


def hello() -> BinaryIO:
    return io.BytesIO(b"hello")


async def write_all(run: OpenRun) -> None:
    """A small migration with everything in it."""
    bea, carl = user("bea"), user("carl")
    notes = file("notes.txt", bea.id)
    parts: list[list[Row]] = [
        [bea, carl, group("Team", bea.id, carl.id), tag("Later", bea.id)],
        [chat("Trip", bea.id, file_ids=(("q", notes.id),)), chat("Food", carl.id)],
        [prompt("greet", bea.id, EVERYBODY), model("helper", bea.id, EVERYBODY)],
    ]
    for number, rows in enumerate(parts):
        written = await run.writer.write([item(row) for row in rows])
        assert {one.state for one in written} == {State.MIGRATED}, written
        if number == 0:
            stored = await run.writer.write_file(item(notes), hello)
            assert stored.state is State.MIGRATED


READ_BACK = """
import asyncio, json, sys
import open_webui.config
from open_webui.internal.db import async_engine
from open_webui.models.auths import Auths
from open_webui.models.users import Users
from open_webui.models.chats import Chats
from open_webui.models.files import Files
from open_webui.models.groups import Groups
from open_webui.models.models import Models
from open_webui.models.prompts import Prompts
from open_webui.models.prompt_history import PromptHistories
from open_webui.models.tags import Tags
from open_webui.utils.auth import verify_password
from open_webui.utils.misc import get_message_list

def checker(password):
    return lambda stored: verify_password(password, stored)

async def read(bea, trip, notes):
    user = await Users.get_user_by_email("BEA@people.example")
    chat = await Chats.get_chat_by_id(trip)
    messages = await Chats.get_messages_map_by_chat_id(trip)
    first = await Users.get_first_user()
    prompt = await Prompts.get_prompt_by_command("greet")
    history = await PromptHistories.get_history_entry_by_id(prompt.version_id)
    models = await Models.get_all_models()
    file = await Files.get_file_by_id(notes)
    found = await Chats.get_chats_by_user_id_and_search_text(bea, "question trip")
    listed = await Chats.get_chat_title_id_list_by_user_id(bea)
    answer = {
        "role": user.role,
        "signs in": [bool(await Auths.authenticate_user(user.email, checker(password)))
                     for password in ("Password-1", "Password-2")],
        "title": chat.title,
        "branch": [m["content"] for m in get_message_list(messages, "a2")],
        "messages": sorted(messages),
        "first": first.email,
        "found": [c.title for c in found],
        "unread": [c.title for c in listed if getattr(c, "last_read_at", 1) is None
                   or getattr(c, "last_read_at", 1) < c.updated_at],
        "tags": sorted(t.name for t in await Tags.get_tags_by_user_id(bea)),
        "groups": [g.name for g in await Groups.get_groups_by_member_id(bea)],
        "prompt": [prompt.content, history.snapshot["content"],
                   [g.principal_id for g in prompt.access_grants]],
        "models": [[m.id, m.base_model_id, m.params.model_dump().get("temperature")]
                   for m in models],
        "file": [open(file.path, "rb").read().decode(), file.meta["name"]],
        "other": await Chats.get_chats_by_user_id_and_search_text(bea, "zzzz"),
    }
    await async_engine.dispose()
    return answer

print(json.dumps(asyncio.run(read(*sys.argv[1:]))))
"""


async def test_everything_reads_back_through_open_webui(run: OpenRun, database: Database) -> None:
    await write_all(run)
    said = await asyncio.to_thread(
        run_python, database.deployment, READ_BACK, key("bea"), key("Trip"), key("notes.txt")
    )
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    assert answer == {
        "role": "user",
        "signs in": [True, False],
        "title": "Trip",
        "branch": ["Question about Trip", "Answer a2"],
        "messages": ["a1", "a2", "q"],
        "first": ADMIN["email"],
        "found": ["Trip"],
        "unread": [],
        "tags": ["Later", "Red thread"],
        "groups": ["Team"],
        "prompt": ["Say {{what}}", "Say {{what}}", ["*"]],
        "models": [["agent-helper", "gpt-4o", 0.5]],
        "file": ["hello", "notes.txt"],
        "other": [],
    }


async def test_a_second_run_changes_nothing(run: OpenRun) -> None:
    await write_all(run)
    before = await run.everything()
    bea = user("bea")
    again: list[Row] = [bea, group("Team", bea.id, key("carl")), tag("Later", bea.id)]
    again += [
        chat("Trip", bea.id, file_ids=(("q", key("notes.txt")),)),
        prompt("greet", bea.id, EVERYBODY),
        model("helper", bea.id, EVERYBODY),
    ]
    written = await run.writer.write([item(row) for row in again])
    stored = await run.writer.write_file(item(file("notes.txt", bea.id)), hello)
    assert {one.state for one in [*written, stored]} == {State.EXISTING}
    assert await run.everything() == before


async def test_a_newer_backup_brings_what_it_changed_and_takes_access_back(run: OpenRun) -> None:
    await write_all(run)
    bea = user("bea", name="Renamed since", password_hash=HASH.replace("$04$", "$05$"))
    newer: list[Row] = [
        bea,
        group("Team", bea.id),
        chat("Trip", bea.id, title="Changed", tags=(), meta={"tags": []}),
        prompt("greet", bea.id),
        replace(model("helper", bea.id), params={"temperature": 1.0}),
    ]
    written = await run.writer.write([item(row) for row in newer])
    assert {one.state for one in written} == {State.MIGRATED}
    (trip,) = [row for row in await run.rows("chat") if row["id"] == key("Trip")]
    assert (trip["title"], trip["chat"]["title"], trip["meta"]["tags"]) == (
        "Changed",
        "Changed",
        [],
    )
    assert {row["user_id"] for row in await run.rows("group_member")} == {bea.id}
    assert not await run.rows("access_grant")
    (renamed,) = [row for row in await run.rows("user") if row["id"] == bea.id]
    assert renamed["name"] == "Renamed since"
    again = await run.writer.write([item(row) for row in newer])
    assert {one.state for one in again} == {State.EXISTING}


async def test_what_somebody_removed_stays_removed(run: OpenRun) -> None:
    await write_all(run)
    for removed in (key("Trip"), key("Food")):
        await run.delete("chat", removed)
    await run.delete("prompt", key("/greet"))
    written = await run.writer.write(
        [item(chat("Trip", key("bea"))), item(prompt("greet", key("bea"))), item(user("bea"))]
    )
    assert [(one.state, one.reason) for one in written] == [
        (State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI),
        (State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI),
        (State.EXISTING, None),
    ]
    assert not await run.rows("chat")


async def test_what_was_undone_can_come_again(run: OpenRun) -> None:
    await run.writer.write([item(prompt("greet", key("bea")))])
    (entry,) = await run.items()
    async with run.target.database.engine.begin() as connection:
        await run.ledger.mark_undone(run.run_id, [entry.number], connection)
    await run.delete("prompt", key("/greet"))
    (written,) = await run.writer.write([item(prompt("hello", key("bea")))])
    assert written.state is State.MIGRATED


BAD_ROWS: dict[str, Row] = {
    "surrogate in text": user("bad", name=SURROGATE),
    "surrogate in JSON": user("bad", info={"librechat": {"id": SURROGATE}}),
    "NUL in text": user("bad", name=NUL),
    "NUL in JSON": user("bad", info={"librechat": {"id": NUL}}),
    "username too long": user("bad", username="u" * 51),
    "number too large": user("bad", created_at=2**70),
    "NaN": user("bad", info={"n": float("nan")}),
    "id too long": user("bad", id="i" * 4000),
    "message without a role": chat(
        "bad", key("bea"), chat={"history": {"messages": {"q": {"content": "secret words"}}}}
    ),
    "surrogate in an id": replace(chat("bad", key("bea")), id=SURROGATE),
    "own base model": replace(model("bad", key("bea")), base_model_id="agent-bad"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
async def test_a_bad_row_fails_alone(run: OpenRun, case: str) -> None:
    good: list[Row] = [user(f"person{number}") for number in range(7)]
    rows = [*good[:3], BAD_ROWS[case], *good[3:]]
    written = await run.writer.write([item(row, f"source {n}") for n, row in enumerate(rows)])
    assert [one.state for one in written] == [State.MIGRATED] * 3 + [State.FAILED] + (
        [State.MIGRATED] * 4
    )
    assert "secret words" not in (written[3].detail or "")
    assert len(await run.rows("user")) == 8
    failed = [entry for entry in await run.items() if entry.state == "failed"]
    assert [(entry.source_id, bool(entry.detail)) for entry in failed] == [("source 3", True)]


async def test_what_only_the_database_refuses_fails_alone(run: OpenRun) -> None:
    history = run.target.schema.table("prompt_history")
    unlucky = prompt("unlucky", key("bea"))
    # Somebody else's history entry has the id that this prompt's own would get.
    squatter = {"id": companion_id("prompt_history", unlucky.id), "prompt_id": "x", "snapshot": {}}
    async with run.target.database.engine.begin() as connection:
        values = {**squatter, "user_id": "x", "created_at": 1}
        await connection.execute(sa.insert(history), values)
    rows = [prompt(f"p{n}", key("bea")) for n in range(6)]
    rows.insert(2, unlucky)
    written = await run.writer.write([item(row) for row in rows])
    expected = [State.MIGRATED] * 7
    expected[2] = State.FAILED
    assert [one.state for one in written] == expected
    assert written[2].reason is Reason.REJECTED_BY_DATABASE
    assert "Say" not in (written[2].detail or "Say")
    assert len(await run.rows("prompt")) == 6
    assert [entry.state for entry in await run.items()].count("failed") == 1


async def test_nobody_becomes_a_member_who_does_not_exist(postgres_run: OpenRun) -> None:
    rows: list[Row] = [user("bea"), group("Ghosts", "no-such-user"), group("Team", key("bea"))]
    written = await postgres_run.writer.write([item(row) for row in rows])
    assert [one.state for one in written] == [State.MIGRATED, State.FAILED, State.MIGRATED]
    assert "no-such-user" not in (written[1].detail or "no-such-user")
    assert [row["name"] for row in await postgres_run.rows("group")] == ["Team"]


async def test_an_account_with_the_same_address_is_kept(run: OpenRun) -> None:
    before = await run.everything()
    newcomer = user("newcomer", email=ADMIN["email"].upper())
    (written,) = await run.writer.write([item(newcomer)])
    (admin,) = before["user"]
    assert (written.state, written.target_id) == (State.EXISTING, admin["id"])
    assert await run.everything() == before
    accounts = await run.target.inventory.accounts(
        [ADMIN["email"].upper(), "nobody@people.example"]
    )
    assert accounts == {ADMIN["email"]: Account(admin["id"], ADMIN["email"], "admin")}


async def test_two_items_for_one_row_in_one_batch(run: OpenRun) -> None:
    twin = user("other", email="BEA@people.example")
    rows: list[Row] = [user("bea"), user("bea"), twin, tag("Later", "x"), tag("later", "x")]
    written = await run.writer.write([item(row) for row in rows])
    assert [one.state.value for one in written] == [
        "migrated",
        "existing",
        "existing",
        "migrated",
        "existing",
    ]
    assert written[2].target_id == key("bea")


async def test_a_command_belongs_to_who_had_it_first(run: OpenRun) -> None:
    mine = prompt("greet", key("bea"))
    theirs = replace(prompt("greet", key("carl")), id="another")
    first, second = await run.writer.write([item(mine), item(theirs)])
    assert (first.state, second.state) == (State.MIGRATED, State.FAILED)
    assert "/greet" in (second.detail or "")
    assert await run.target.inventory.prompt_commands() == {"greet": mine.id}


async def test_nobody_is_older_than_the_first_account(run: OpenRun) -> None:
    newer = ADMIN_SINCE + 1000
    await run.writer.write([item(user("old")), item(user("new", created_at=newer))])
    users = {row["name"]: row for row in await run.rows("user")}
    assert users["Old"]["created_at"] == ADMIN_SINCE + 1
    assert users["Old"]["info"]["librechat"] == {"id": "old", "created_at": LONG_AGO}
    assert users["New"]["created_at"] == newer
    assert users["New"]["info"]["librechat"] == {"id": "new"}
    assert {row["role"] for row in users.values()} == {"admin", "user"}


async def test_new_accounts_join_the_default_group(run: OpenRun) -> None:
    tables = run.target.schema.tables
    await run.writer.write([item(group("Everybody"))])
    async with run.target.database.engine.begin() as connection:
        values = {"key": "ui.default_group_id", "value": key("Everybody"), "updated_at": 1}
        await connection.execute(sa.insert(tables["config"]), values)
    later = await start_run(run.target)
    await later.writer.write([item(user("bea"))])
    assert [row["user_id"] for row in await run.rows("group_member")] == [key("bea")]


async def test_a_default_group_that_is_gone_is_ignored(run: OpenRun) -> None:
    config = run.target.schema.table("config")
    async with run.target.database.engine.begin() as connection:
        values = {"key": "ui.default_group_id", "value": "gone", "updated_at": 1}
        await connection.execute(sa.insert(config), values)
    (written,) = await run.writer.write([item(user("bea"))])
    assert written.state is State.MIGRATED
    assert not await run.rows("group_member")


async def test_a_link_to_a_removed_file_does_not_cost_the_chat(run: OpenRun) -> None:
    notes = file("notes.txt", key("bea"))
    await run.writer.write_file(item(notes), hello)
    links = (("q", "gone"), ("q", notes.id), ("a1", notes.id))
    (written,) = await run.writer.write([item(chat("Trip", key("bea"), file_ids=links))])
    assert written.state is State.MIGRATED
    linked = [(row["message_id"], row["file_id"]) for row in await run.rows("chat_file")]
    assert linked == [("q", notes.id)]


async def test_grants_are_exactly_the_given_ones(run: OpenRun) -> None:
    grants = (Grant("user", key("carl"), "read"), Grant("group", key("Team"), "write"))
    await run.writer.write(
        [item(prompt("mine", key("bea"))), item(model("shared", key("bea"), *grants, grants[0]))]
    )
    rows = await run.rows("access_grant")
    found = {
        (r["resource_id"], r["principal_type"], r["principal_id"], r["permission"]) for r in rows
    }
    assert found == {
        ("agent-shared", "user", key("carl"), "read"),
        ("agent-shared", "group", key("Team"), "write"),
    }
    assert len(rows) == 2
    assert await run.target.inventory.model_ids() == {
        "agent-shared"
    }  # no base model is opened to anybody


class TestFiles:
    async def test_an_empty_file_fails_and_leaves_nothing(self, run: OpenRun) -> None:
        written = await run.writer.write_file(item(file("a", key("bea"))), io.BytesIO)
        assert (written.state, written.reason) == (State.FAILED, Reason.STORAGE_ERROR)
        assert not list(run.target.storage.files.uploads.iterdir())
        assert not await run.rows("file")

    async def test_a_refused_row_takes_its_bytes_back(self, run: OpenRun) -> None:
        doomed = file("a", key("bea"))
        async with run.target.database.engine.begin() as connection:
            await connection.execute(sa.text("CREATE UNIQUE INDEX one_name ON file (filename)"))
        first = replace(doomed, id="first", stored_name="first_a")
        await run.writer.write_file(item(first), hello)
        written = await run.writer.write_file(item(doomed), hello)
        assert (written.state, written.reason) == (State.FAILED, Reason.REJECTED_BY_DATABASE)
        names: set[str] = {path.name for path in run.target.storage.files.uploads.iterdir()}
        assert names == {"first_a"}

    async def test_bytes_of_a_killed_run_are_taken_over(self, run: OpenRun) -> None:
        row = file("a", key("bea"))
        (run.target.storage.files.uploads / row.stored_name).write_bytes(b"hel")
        written = await run.writer.write_file(item(row), hello)
        assert written.state is State.MIGRATED
        assert (run.target.storage.files.uploads / row.stored_name).read_bytes() == b"hello"
        (stored,) = await run.rows("file")
        assert stored["path"] == str(run.target.storage.files.uploads / row.stored_name)


class TestPasswords:
    async def test_an_admin_keeps_the_password(self, run: OpenRun) -> None:
        admin = await run.target.inventory.first_admin()
        # Whatever the caller believes about the role: the database knows.
        assert not await run.writer.set_password(replace(admin, role="user"), HASH)
        assert (await run.rows("auth"))[0]["password"] == "no hash"

    async def test_a_user_gets_the_password_and_the_ledger_remembers(self, run: OpenRun) -> None:
        await run.writer.write([item(user("bea", password_hash="old hash"))])
        stamps = {row["id"]: row.get("session_stamp") for row in await run.rows("auth")}
        bea = (await run.target.inventory.accounts(["bea@people.example"]))["bea@people.example"]
        assert await run.writer.set_password(bea, HASH)
        assert not await run.writer.set_password(bea, HASH)
        auth = {row["id"]: row for row in await run.rows("auth")}[bea.id]
        assert auth["password"] == HASH
        assert auth["session_stamp"] != stamps[bea.id]  # whoever was signed in has to sign in again
        (replaced,) = [e async for e in run.ledger.items(run.run_id, replaced=True)]
        assert replaced.state == "replaced"
        before = dict(replaced.replaced or {})["rows"][0][2]["in"]
        assert before["password"]["was"] == "old hash"
        assert before.get("session_stamp", {}).get("was") == stamps[bea.id]

    async def test_an_account_without_credentials_is_left_alone(self, run: OpenRun) -> None:
        assert not await run.writer.set_password(Account("nobody", "n@x", "user"), HASH)


async def test_the_ledger_tells_the_whole_run(run: OpenRun) -> None:
    await run.writer.write([item(user("bea"))])
    skipped = Outcome("files", "f1", State.SKIPPED, None, Reason.REMOTE_STORAGE, "s3", 12)
    await run.writer.record([skipped])
    await run.writer.note([Notice(WarningCode.AVATAR_LOST, "user f1 \ud83d\x00 and more")])
    told = [
        (e.collection, e.source_id, e.target_kind, e.target_id, e.state, e.reason, e.detail, e.size)
        for e in await run.items()
    ]
    bea = key("bea")
    assert told == [
        ("users", bea, "user", bea, "migrated", None, None, 7),
        ("files", "f1", None, None, "skipped", "remote-storage", "s3", 12),
        ("", "", None, None, "warning", "avatar-lost", "user f1 ? and more", 0),
    ]
    assert (await run.items())[0].fingerprint == f"print of {bea}"


class TestLockedDatabase:
    async def test_the_writer_waits_for_the_lock(self, sqlite_database: Database) -> None:
        async with sqlite_database.open(patience=30.0) as target:
            patient = await start_run(target)
            holder = _hold(sqlite_database)
            asyncio.get_running_loop().call_later(0.2, holder.close)
            (written,) = await patient.writer.write([item(user("bea"))])
        assert written.state is State.MIGRATED

    async def test_at_last_it_gives_up_and_nothing_is_half_written(
        self, sqlite_database: Database, sqlite_run: OpenRun
    ) -> None:
        holder = _hold(sqlite_database)
        before = await sqlite_run.everything()
        with pytest.raises(AbortedError, match="safe to run again"):
            await sqlite_run.writer.write([item(user("bea")), item(user("carl"))])
        holder.close()
        assert await sqlite_run.everything() == before
        assert not await sqlite_run.items()


def _hold(database: Database) -> sqlite3.Connection:
    """Somebody who is writing."""
    path = database.home / "data" / "webui.db"
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    return holder


async def test_a_lost_database_ends_the_run_politely(postgres_database: Database) -> None:
    async with postgres_database.open(patience=0.5) as target:
        run = await start_run(target)
        await run.writer.write([item(user("bea"))])
        base, _, name = postgres_database.url.rpartition("/")
        close = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name))
        with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
            connection.execute(close)
        with pytest.raises(AbortedError, match="safe to run again"):
            await run.writer.write([item(user("carl"))])


def test_the_columns_every_row_fills_are_known_to_open_webui() -> None:
    known = schema()
    assert {"model_history", "access_grant"} <= set(known.tables)
    assert known.has("auth", "session_stamp")
    assert not known.has("chat", "no such column")

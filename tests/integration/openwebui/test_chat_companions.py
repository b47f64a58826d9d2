"""Folders, ratings and shared chats on real databases, read back through Open WebUI itself."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from migrator_core.openwebui.writing.preview import PreviewWriter
from migrator_core.outcome import Reason, State
from migrator_core.rows import Grant, Row
from tests.integration.openwebui.conftest import OpenRun
from tests.support.databases import Database, run_python
from tests.support.rows import (
    chat,
    folder,
    item,
    key,
    rating,
    shared,
    shared_pair,
    user,
)

EVERYBODY = Grant("user", "*", "read")


async def write(run: OpenRun, *rows: Row) -> list[State]:
    return [one.state for one in await run.writer.write([item(row) for row in rows])]


READ_BACK = """
import asyncio, json, sys
import open_webui.config
from open_webui.internal.db import async_engine
from open_webui.models.access_grants import AccessGrants
from open_webui.models.chats import Chats
from open_webui.models.feedbacks import Feedbacks
from open_webui.models.folders import Folders
from open_webui.models.shared_chats import SharedChats
from open_webui.routers.evaluations import _calculate_elo, _get_top_tags

async def read(bea, carl, trip, folder):
    ratings = await Feedbacks.get_feedbacks_for_leaderboard()
    listed = await Feedbacks.get_feedback_items({"order_by": "updated_at", "direction": "asc"})
    one = await Feedbacks.get_feedback_by_id(listed.items[0].id)
    link = await SharedChats.get_by_chat_id(trip)
    copy = await Chats.get_chat_by_share_id(link.id)
    mine = (await SharedChats.get_by_user_id(bea))[0]
    folders = await Folders.get_folders_by_user_id(bea)
    inside = await Chats.get_chats_by_folder_id_and_user_id(folder, bea)
    grant = dict(resource_type="shared_chat", resource_id=trip, permission="read")
    answer = {
        "leaderboard": _calculate_elo(ratings),
        "tags": _get_top_tags(ratings),
        "ratings": [[f.user.name, f.data["rating"], f.data["comment"]] for f in listed.items],
        "snapshot": one.snapshot["chat"]["chat"]["history"]["messages"],
        "link": [link.id, mine.share_id, (await Chats.get_chat_by_id(trip)).share_id],
        "copy": [copy.title, sorted(copy.chat["history"]["messages"])],
        "carl": await AccessGrants.has_access(user_id=carl, **grant),
        "folders": [[f.name, f.data["description"], f.is_expanded] for f in folders],
        "found": (await Folders.get_folder_by_parent_id_and_user_id_and_name(None, bea, "work")).id
                 == folder,
        "inside": [c.title for c in inside],
        "outside": [c.title for c in await Chats.get_chat_title_id_list_by_user_id(bea)],
    }
    await async_engine.dispose()
    return answer

print(json.dumps(asyncio.run(read(*sys.argv[1:]))))
"""


async def test_everything_reads_back_through_open_webui(run: OpenRun, database: Database) -> None:
    bea, carl, work = user("bea"), user("carl"), folder("Work", key("bea"))
    trip, link = shared_pair("Trip", bea.id, EVERYBODY)
    trip = replace(trip, feedback=(rating("Trip", bea.id),))
    inside = replace(chat("Report", bea.id), folder_id=work.id)
    states = await write(run, bea, carl, work, link, trip, inside)
    assert set(states) == {State.MIGRATED}
    said = await asyncio.to_thread(
        run_python, database.deployment, READ_BACK, bea.id, carl.id, key("Trip"), work.id
    )
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    board = answer.pop("leaderboard")
    assert (board["gpt-4o"]["won"], board["o3"]["lost"]) == (1, 1)
    assert answer == {
        "tags": {},
        "ratings": [["Bea", 1, "Fine"]],
        "snapshot": {},
        "link": ["link-to-Trip"] * 3,
        "copy": ["Trip", ["a1", "q"]],
        "carl": True,
        "folders": [["Work", "All about Work", False]],
        "found": True,
        "inside": ["Report"],
        "outside": ["Trip"],
    }


async def test_a_second_run_changes_nothing(run: OpenRun) -> None:
    bea = user("bea")
    trip, link = shared_pair("Trip", bea.id, EVERYBODY)
    await write(run, bea, folder("Work", bea.id), trip, link)
    before = await run.everything()
    states = await write(run, folder("Work", bea.id), trip, link)
    assert states == [State.EXISTING] * 3
    assert await run.everything() == before


async def test_a_link_follows_what_the_backup_says_of_it(run: OpenRun) -> None:
    bea = user("bea")
    trip, link = shared_pair("Trip", bea.id, EVERYBODY)
    await write(run, bea, trip, link)
    assert await write(run, trip, replace(link, title="Changed")) == [
        State.EXISTING,
        State.MIGRATED,
    ]
    (shown,) = await run.rows("shared_chat")
    assert (shown["id"], shown["title"]) == (link.id, "Changed")


async def test_what_people_shared_themselves_is_not_opened_further(run: OpenRun) -> None:
    bea = user("bea")
    await write(run, bea, chat("Trip", bea.id, share_id="own-link"))
    own = {"id": "own-link", "chat_id": key("Trip"), "user_id": bea.id, "title": "x", "chat": {}}
    table = run.target.schema.table("shared_chat")
    async with run.target.database.engine.begin() as connection:
        await connection.execute(sa.insert(table), {**own, "created_at": 1, "updated_at": 1})
    before = await run.everything()
    (written,) = await run.writer.write([item(shared("Trip", bea.id, EVERYBODY))])
    assert (written.state, written.reason) == (State.SKIPPED, Reason.CHANGED_IN_OPEN_WEBUI)
    assert await run.everything() == before
    assert await run.target.inventory.shared_chats() == {"own-link": key("Trip")}


async def test_a_link_that_somebody_closed_stays_closed(run: OpenRun) -> None:
    bea = user("bea")
    trip, link = shared_pair("Trip", bea.id, EVERYBODY)
    await write(run, bea, trip, link)
    await run.delete("shared_chat", link.id)
    (written,) = await run.writer.write([item(link)])
    assert (written.state, written.reason) == (State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI)
    assert not await run.rows("shared_chat")


async def test_a_chat_that_somebody_deleted_is_not_shared(run: OpenRun) -> None:
    bea = user("bea")
    trip, link = shared_pair("Trip", bea.id, EVERYBODY)
    await write(run, bea, trip)
    await run.delete("chat_message", f"{trip.id}-q")
    async with run.target.database.engine.begin() as connection:
        messages, chats = (run.target.schema.table(name) for name in ("chat_message", "chat"))
        await connection.execute(sa.delete(messages).where(messages.c.chat_id == trip.id))
        await connection.execute(sa.delete(chats).where(chats.c.id == trip.id))
    first, second = await run.writer.write([item(trip), item(link)])
    assert (first.reason, second.reason) == (Reason.REMOVED_IN_OPEN_WEBUI,) * 2
    assert not await run.rows("shared_chat")
    assert not await run.rows("access_grant")


async def test_a_chat_that_fails_takes_its_link_along(run: OpenRun) -> None:
    bea = user("bea")
    trip, link = shared_pair("Trip", bea.id, EVERYBODY)
    await write(run, bea)
    broken = replace(trip, title="half an emoji \ud83d")
    first, second = await run.writer.write([item(broken), item(link)])
    assert (first.state, second.state) == (State.FAILED, State.FAILED)
    assert second.reason is Reason.PARENT_FAILED
    assert not await run.rows("shared_chat")
    assert not await run.rows("access_grant")


async def test_an_address_belongs_to_who_had_it_first(run: OpenRun) -> None:
    bea = user("bea")
    trip, link = shared_pair("Trip", bea.id, EVERYBODY)
    await write(run, bea, trip, link, chat("Food", bea.id, share_id=link.id))
    other = replace(shared("Food", bea.id, EVERYBODY), id=link.id)
    (written,) = await run.writer.write([item(other)])
    assert (written.state, written.reason) == (State.FAILED, Reason.REJECTED_BY_DATABASE)
    assert len(await run.rows("access_grant")) == 1


async def test_a_preview_answers_like_the_run(run: OpenRun) -> None:
    bea = user("bea")
    await write(run, bea)
    trip, link = shared_pair("Trip", bea.id, EVERYBODY)
    food, other = shared_pair("Food", bea.id)
    broken = replace(food, title="half an emoji \ud83d")
    # The link may come with its chat or with the next batch.
    batches: list[list[Row]] = [[folder("Work", bea.id), trip], [link, broken, other], [link]]
    preview = PreviewWriter(run.target)
    before = await run.everything()
    foreseen = [
        [(one.state, one.reason) for one in await preview.write([item(row) for row in rows])]
        for rows in batches
    ]
    assert await run.everything() == before
    happened = [
        [(one.state, one.reason) for one in await run.writer.write([item(row) for row in rows])]
        for rows in batches
    ]
    assert foreseen == happened
    assert [state for state, _ in happened[1]] == [State.MIGRATED, State.FAILED, State.FAILED]
    assert happened[2] == [(State.EXISTING, None)]


async def test_a_rating_whose_chat_was_deleted_does_not_cost_the_chat(run: OpenRun) -> None:
    bea = user("bea")
    trip = replace(chat("Trip", bea.id), feedback=(rating("Trip", bea.id),))
    later = replace(chat("Later", bea.id), feedback=trip.feedback)
    assert await write(run, bea, trip, later) == [State.MIGRATED] * 3
    assert len(await run.rows("feedback")) == 1


async def test_the_ledger_knows_folders_and_links(run: OpenRun) -> None:
    bea = user("bea")
    trip, link = shared_pair("Trip", bea.id, EVERYBODY)
    await write(run, bea, folder("Work", bea.id), trip, link)
    kinds = {(entry.target_kind, entry.target_id) for entry in await run.items()}
    assert {("folder", key("folder Work")), ("shared_chat", link.id)} <= kinds
    assert await run.target.inventory.folders() == [(key("folder Work"), bea.id, "Work")]

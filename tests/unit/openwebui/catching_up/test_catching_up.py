"""A second run: what the backup changed is brought, what people changed is kept, and said."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrator_core.openwebui import (
    EntryState,
    Ledger,
    Leftovers,
    LiveWriter,
    OpenWebUI,
    PreviewWriter,
    Written,
)
from migrator_core.outcome import Reason, State
from migrator_core.rows import ChatRow, Grant, GroupRow, Row
from tests.support.rows import (
    chat,
    folder,
    group,
    item,
    key,
    model,
    prompt,
    shared_pair,
    user,
)
from tests.unit.openwebui.stand_in import stand_in

BEA, CARL, DORA = key("bea"), key("carl"), key("dora")
TO_CARL, TO_DORA = Grant("user", CARL, "read"), Grant("user", DORA, "read")

Fate = tuple[State, Reason | None]
MIGRATED: Fate = (State.MIGRATED, None)
EXISTING: Fate = (State.EXISTING, None)
CHANGED: Fate = (State.SKIPPED, Reason.CHANGED_IN_OPEN_WEBUI)
REMOVED: Fate = (State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI)


@dataclass
class Deployment:
    """An Open WebUI that one run after the other writes to."""

    target: OpenWebUI

    async def run(
        self, *rows: Row, partial: bool = False, lacking: frozenset[str] = frozenset()
    ) -> list[Written]:
        """A run; its preview must have said the same."""
        items = [replace(item(row), partial=partial, lacking=lacking) for row in rows]
        before = await self.everything()
        foretold = await PreviewWriter(self.target).write(items)
        assert await self.everything() == before
        ledger = Ledger(self.target)
        begun = await ledger.start(
            settings={}, backup_path="", backup_kind="", backup_fingerprint="", tool_version=""
        )
        written = await LiveWriter(self.target, ledger, begun.id).write(items)
        assert [fate(one) for one in foretold] == [fate(one) for one in written]
        assert [one.fates for one in foretold] == [one.fates for one in written]
        self.entries = [(entry.state, entry.reason) async for entry in ledger.items(begun.id)]
        return written

    async def everything(self) -> dict[str, Sequence[Any]]:
        """All rows of all tables."""
        tables = self.target.schema.tables.values()
        return {table.name: await self.target.database.rows(sa.select(table)) for table in tables}

    async def rows(self, table: str, **where: object) -> list[dict[str, Any]]:
        found = self.target.schema.table(table)
        query = sa.select(found).where(*(found.c[name] == value for name, value in where.items()))
        return [dict(row._mapping) for row in await self.target.database.rows(query)]

    async def row(self, table: str, **where: object) -> dict[str, Any]:
        (found,) = await self.rows(table, **where)
        return found

    async def change(self, table: str, where: dict[str, object], **values: object) -> None:
        """Somebody changes something in Open WebUI."""
        found = self.target.schema.table(table)
        conditions = [found.c[name] == value for name, value in where.items()]
        change = sa.update(found).where(*conditions).values(values)
        await self.target.database.write(lambda connection: connection.execute(change))

    async def remove(self, table: str, **where: object) -> None:
        found = self.target.schema.table(table)
        change = sa.delete(found).where(*(found.c[name] == value for name, value in where.items()))
        await self.target.database.write(lambda connection: connection.execute(change))


@pytest.fixture
async def deployment(tmp_path: Path) -> AsyncIterator[Deployment]:
    async with stand_in(tmp_path) as target:
        yield Deployment(target)


def fate(written: Written) -> Fate:
    return written.state, written.reason


def grown(row: ChatRow, *, edited: str | None = None) -> ChatRow:
    """The chat as a newer backup has it: a question and an answer more."""
    document = copy.deepcopy(row.chat)
    messages = document["history"]["messages"]
    for new, parent, role in (("q2", "a2", "user"), ("a3", "q2", "assistant")):
        message = copy.deepcopy(messages["q" if role == "user" else "a1"])
        message |= {"id": new, "parentId": parent, "content": f"New {new}", "childrenIds": []}
        message["timestamp"] += 100
        messages[new] = message
        messages[parent]["childrenIds"].append(new)
    document["history"]["currentId"] = "a3"
    if edited is not None:
        messages["a1"]["content"] = edited
    return replace(row, chat=document, current_message_id="a3", updated_at=row.updated_at + 100)


def message_fates(written: Written) -> dict[str, Fate]:
    return {
        name.removeprefix("message/"): (one.state, one.reason)
        for name, one in written.fates.items()
        if name.startswith("message/")
    }


def everything_there(row: ChatRow) -> dict[str, Fate]:
    return dict.fromkeys(row.chat["history"]["messages"], EXISTING)


EXAMPLES: list[Row] = [
    user("bea"),
    group("Team", BEA, CARL),
    folder("Work", BEA),
    *shared_pair("Trip", BEA, TO_CARL),
    prompt("greet", BEA, TO_CARL),
    model("one", BEA, TO_CARL),
]


async def test_an_unchanged_backup_changes_nothing(deployment: Deployment) -> None:
    assert {fate(one) for one in await deployment.run(*EXAMPLES)} == {MIGRATED}
    before = await deployment.everything()
    assert {fate(one) for one in await deployment.run(*EXAMPLES)} == {EXISTING}
    assert await deployment.everything() == before


async def test_a_chat_grows_where_nobody_touched_it(deployment: Deployment) -> None:
    before = chat("Trip", BEA)
    await deployment.run(before)
    after = grown(before, edited="Corrected")
    (written,) = await deployment.run(replace(after, title="Journey", archived=True))
    assert fate(written) == MIGRATED
    assert message_fates(written) == {
        "q": EXISTING, "a1": MIGRATED, "a2": EXISTING, "q2": MIGRATED, "a3": MIGRATED
    }  # fmt: skip
    assert deployment.entries == [(EntryState.UPDATED, None)]
    row = await deployment.row("chat")
    history = row["chat"]["history"]
    assert (row["title"], row["chat"]["title"], row["archived"]) == ("Journey", "Journey", True)
    assert (row["current_message_id"], history["currentId"]) == ("a3", "a3")
    assert history["messages"] == after.chat["history"]["messages"]
    assert row["last_read_at"] >= row["updated_at"] == after.updated_at
    rows = {one["id"]: one for one in await deployment.rows("chat_message")}
    assert rows.keys() == {f"{before.id}-{name}" for name in history["messages"]}
    assert rows[f"{before.id}-a1"]["content"] == "Corrected"
    assert rows[f"{before.id}-q2"]["parent_id"] == "a2"
    (written,) = await deployment.run(replace(after, title="Journey", archived=True))
    assert fate(written) == EXISTING


async def test_a_chat_that_somebody_went_on_with_shows_what_they_wrote(
    deployment: Deployment,
) -> None:
    before = chat("Trip", BEA)
    await deployment.run(before)
    document = (await deployment.row("chat"))["chat"]
    messages = document["history"]["messages"]
    messages["mine"] = {**messages["q"], "id": "mine", "parentId": "a2", "childrenIds": []}
    messages["a2"]["childrenIds"] = ["mine"]
    document["history"]["currentId"] = "mine"
    await deployment.change("chat", {}, chat=document, current_message_id="mine", title="Mine")
    (written,) = await deployment.run(grown(before))
    assert fate(written) == CHANGED
    assert written.detail == "kept as it is in Open WebUI: title"
    assert message_fates(written)["q2"] == MIGRATED
    row = await deployment.row("chat")
    history = row["chat"]["history"]
    assert (row["title"], row["current_message_id"], history["currentId"]) == (
        "Mine",
        "mine",
        "mine",
    )
    assert history["messages"]["mine"]["parentId"] == "a2"
    assert set(history["messages"]["a2"]["childrenIds"]) == {"q2", "mine"}
    assert history["messages"]["a3"]["content"] == "New a3"


async def test_a_message_that_both_changed_stays_as_somebody_made_it(
    deployment: Deployment,
) -> None:
    before = chat("Trip", BEA)
    await deployment.run(before)
    document = (await deployment.row("chat"))["chat"]
    document["history"]["messages"]["a1"]["content"] = "Mine"
    await deployment.change("chat", {}, chat=document)
    (written,) = await deployment.run(grown(before, edited="Corrected"))
    assert message_fates(written)["a1"] == CHANGED
    assert (await deployment.row("chat"))["chat"]["history"]["messages"]["a1"]["content"] == "Mine"


async def test_tags_come_and_go_one_by_one(deployment: Deployment) -> None:
    before = chat("Trip", BEA)
    before = replace(before, meta={**before.meta, "tags": ["red", "old"]})
    await deployment.run(before)
    row = await deployment.row("chat")
    await deployment.change("chat", {}, meta={**row["meta"], "tags": ["red", "old", "own"]})
    after = replace(before, meta={**before.meta, "tags": ["red", "new"]})
    assert [fate(one) for one in await deployment.run(after)] == [MIGRATED]
    assert (await deployment.row("chat"))["meta"] == {**before.meta, "tags": ["red", "own", "new"]}
    await deployment.change("chat", {}, meta={**row["meta"], "tags": ["own", "new"]})
    (written,) = await deployment.run(after)
    assert fate(written) == CHANGED
    assert (await deployment.row("chat"))["meta"]["tags"] == ["own", "new"]


async def test_what_the_backup_may_only_have_lost_is_not_taken_back(
    deployment: Deployment,
) -> None:
    before, link = shared_pair("Trip", BEA, TO_CARL)
    await deployment.run(before, link, prompt("greet", BEA, TO_CARL))
    lost: list[Row] = [replace(before, share_id=None), prompt("greet", BEA)]
    assert {fate(one) for one in await deployment.run(*lost, partial=True)} == {EXISTING}
    assert len(await deployment.rows("access_grant")) == 2
    assert {fate(one) for one in await deployment.run(*lost)} == {MIGRATED}
    assert await deployment.rows("access_grant") == await deployment.rows("shared_chat") == []
    assert (await deployment.row("chat"))["share_id"] is None
    assert {fate(one) for one in await deployment.run(*lost)} == {EXISTING}


async def test_of_what_the_backup_lacks_nothing_is_taken_back_but_the_rest_is_brought(
    deployment: Deployment,
) -> None:
    before = group("Team", BEA, CARL)
    await deployment.run(before)
    lost = replace(before, name="Another", member_ids=(BEA,))
    lacking = frozenset({"member"})
    assert [fate(one) for one in await deployment.run(lost, lacking=lacking)] == [MIGRATED]
    assert (await deployment.row("group"))["name"] == "Another"
    assert len(await deployment.rows("group_member")) == 2
    assert [fate(one) for one in await deployment.run(lost)] == [MIGRATED]
    assert len(await deployment.rows("group_member")) == 1


async def test_a_new_link_of_a_known_chat_is_known_to_the_chat(deployment: Deployment) -> None:
    before, link = shared_pair("Trip", BEA, TO_CARL)
    await deployment.run(replace(before, share_id=None))
    assert [fate(one) for one in await deployment.run(before, link)] == [MIGRATED, MIGRATED]
    assert (await deployment.row("chat"))["share_id"] == link.id


async def test_a_link_that_somebody_closed_stays_closed(deployment: Deployment) -> None:
    before, link = shared_pair("Trip", BEA, TO_CARL)
    await deployment.run(before, link)
    await deployment.change("chat", {}, share_id=None)
    await deployment.remove("shared_chat")
    written = await deployment.run(before, link)
    assert [fate(one) for one in written] == [CHANGED, REMOVED]
    assert (await deployment.row("chat"))["share_id"] is None


async def test_a_link_that_was_opened_anew_takes_the_place_of_the_old_one(
    deployment: Deployment,
) -> None:
    before, link = shared_pair("Trip", BEA, TO_CARL)
    await deployment.run(before, link)
    another = replace(link, id="another-link", grants=(TO_DORA,))
    after = replace(before, share_id=another.id)
    assert [fate(one) for one in await deployment.run(after, another)] == [MIGRATED, MIGRATED]
    assert (await deployment.row("shared_chat"))["id"] == another.id
    assert (await deployment.row("access_grant"))["principal_id"] == DORA
    assert [fate(one) for one in await deployment.run(after, another)] == [EXISTING, EXISTING]


async def test_a_new_link_does_not_open_what_somebody_closed_here(deployment: Deployment) -> None:
    before, link = shared_pair("Trip", BEA, TO_CARL)
    await deployment.run(before, link)
    await deployment.change("chat", {}, share_id=None)
    for table in ("shared_chat", "access_grant"):
        await deployment.remove(table)
    after, another = replace(before, share_id="another-link"), replace(link, id="another-link")
    written = await deployment.run(after, another)
    assert [fate(one) for one in written] == [CHANGED, REMOVED]
    assert await deployment.rows("shared_chat") == await deployment.rows("access_grant") == []
    # Once LibreChat has closed it, too, the next one there is news.
    await deployment.run(replace(before, share_id=None))
    assert [fate(one) for one in await deployment.run(after, another)] == [MIGRATED, MIGRATED]


async def test_access_of_ours_goes_after_somebody_saved_it_again(deployment: Deployment) -> None:
    await deployment.run(prompt("greet", BEA, TO_CARL))
    # Open WebUI writes all permissions anew where one is added.
    await deployment.change("access_grant", {}, id="saved with the dialog")
    assert [fate(one) for one in await deployment.run(prompt("greet", BEA))] == [MIGRATED]
    assert await deployment.rows("access_grant") == []


async def test_a_member_whom_somebody_let_in_again_stays(deployment: Deployment) -> None:
    await deployment.run(user("carl"), group("Team", CARL))
    await deployment.change("group_member", {}, id="let in by hand")
    written = await deployment.run(user("carl"), group("Team"))
    assert [fate(one) for one in written] == [EXISTING, EXISTING]
    assert len(await deployment.rows("group_member")) == 1


async def test_what_librechat_deleted_is_its_owners_alone(deployment: Deployment) -> None:
    pair = shared_pair("Trip", BEA, TO_CARL)
    await deployment.run(*pair, prompt("greet", BEA, TO_CARL), model("one", BEA))
    row = await deployment.row("access_grant", resource_type="prompt")
    by_hand = {**row, "id": "by hand", "principal_id": DORA}
    grants = deployment.target.schema.table("access_grant")
    await deployment.target.database.write(
        lambda connection: connection.execute(sa.insert(grants).values(by_hand))
    )
    ledger, leftovers = Ledger(deployment.target), Leftovers(deployment.target)
    for expected in (2, 0):
        found = [one async for page in leftovers.still_there() for one in page]
        shared = await leftovers.shared(found)
        assert len(shared) == expected
        begun = await ledger.start(
            settings={}, backup_path="", backup_kind="", backup_fingerprint="", tool_version=""
        )
        for one in shared:
            await LiveWriter(deployment.target, ledger, begun.id).take_back(one)
        assert (await deployment.row("access_grant"))["id"] == "by hand"
        assert await deployment.rows("shared_chat") == []
        assert (await deployment.row("chat"))["share_id"] is None
    assert [fate(one) for one in await deployment.run(*pair)] == [MIGRATED, REMOVED]


async def test_permissions_come_and_go_one_by_one(deployment: Deployment) -> None:
    await deployment.run(prompt("greet", BEA, TO_CARL))
    await deployment.run(prompt("greet", BEA, TO_CARL, TO_DORA))
    grants = {row["principal_id"] for row in await deployment.rows("access_grant")}
    assert grants == {CARL, DORA}
    await deployment.remove("access_grant", principal_id=CARL)
    (written,) = await deployment.run(prompt("greet", BEA, TO_CARL, TO_DORA))
    assert fate(written) == CHANGED
    assert written.fates[f"access/user/{CARL}/read"].reason is Reason.REMOVED_IN_OPEN_WEBUI
    (written,) = await deployment.run(prompt("greet", BEA, TO_CARL))
    assert await deployment.rows("access_grant") == []


async def test_a_permission_that_somebody_gave_is_not_taken_back(deployment: Deployment) -> None:
    await deployment.run(prompt("greet", BEA, TO_CARL))
    await deployment.change("access_grant", {}, id="given by hand", principal_id=DORA)
    await deployment.run(prompt("greet", BEA))
    assert (await deployment.row("access_grant"))["principal_id"] == DORA


async def test_a_prompt_gets_a_version_more(deployment: Deployment) -> None:
    before = prompt("greet", BEA)
    await deployment.run(before)
    first = (await deployment.row("prompt"))["version_id"]
    await deployment.change("prompt", {}, name="Own name")
    (written,) = await deployment.run(replace(before, content="New", name="Other"))
    assert fate(written) == CHANGED
    row = await deployment.row("prompt")
    assert (row["name"], row["content"]) == ("Own name", "New")
    version = await deployment.row("prompt_history", id=row["version_id"])
    assert version["id"] != first
    assert version["snapshot"]["content"] == "New"
    assert version["snapshot"]["name"] == "Own name"
    assert len(await deployment.rows("prompt_history")) == 2


async def test_a_model_that_somebody_edited_stays(deployment: Deployment) -> None:
    before = model("one", BEA)
    await deployment.run(before)
    await deployment.change("model", {}, params={"system": "Be long."})
    newer = replace(before, params={"system": "Be kind."}, base_model_id="o3")
    (written,) = await deployment.run(newer)
    assert (fate(written), written.detail) == (
        CHANGED, "kept as it is in Open WebUI: parameters",
    )  # fmt: skip
    row = await deployment.row("model")
    assert (row["params"], row["base_model_id"]) == ({"system": "Be long."}, "o3")


async def test_members_come_and_go_and_nobody_returns(deployment: Deployment) -> None:
    def team(*members: str) -> GroupRow:
        return group("Team", *members)

    async def members() -> set[str]:
        return {row["user_id"] for row in await deployment.rows("group_member")}

    await deployment.run(team(BEA, CARL))
    await deployment.run(team(BEA, CARL, DORA))
    assert await members() == {BEA, CARL, DORA}
    await deployment.remove("group_member", user_id=DORA)
    assert [fate(one) for one in await deployment.run(team(BEA, DORA))] == [CHANGED]
    assert await members() == {BEA}


async def test_an_account_follows_unless_its_owner_changed_it(deployment: Deployment) -> None:
    before = user("bea")
    await deployment.run(before)
    stamp = (await deployment.row("auth"))["password"]
    newer = replace(before, name="Beatrice", password_hash="$2a$04$other")
    assert [fate(one) for one in await deployment.run(newer)] == [MIGRATED]
    assert (await deployment.row("auth"))["password"] == "$2a$04$other" != stamp
    await deployment.change("auth", {}, password="$2a$04$own")
    assert [fate(one) for one in await deployment.run(before)] == [CHANGED]
    assert (await deployment.row("auth"))["password"] == "$2a$04$own"
    assert (await deployment.row("user", id=BEA))["name"] == before.name


async def test_a_password_of_somebody_who_became_an_administrator_stays(
    deployment: Deployment,
) -> None:
    before = user("bea")
    await deployment.run(before)
    await deployment.change("user", {"id": BEA}, role="admin")
    assert [fate(one) for one in await deployment.run(replace(before, password_hash="new"))] == [
        CHANGED
    ]
    assert (await deployment.row("auth"))["password"] == before.password_hash


async def test_without_the_ledgers_notes_differences_stay_and_messages_come(
    deployment: Deployment,
) -> None:
    before = chat("Trip", BEA)
    await deployment.run(before, prompt("greet", BEA))
    erase = sa.text("UPDATE librechat_migration_item SET written = NULL")
    await deployment.target.database.write(lambda connection: connection.execute(erase))
    newer: list[Row] = [replace(grown(before), title="New"), prompt("greet", BEA, TO_CARL)]
    written = await deployment.run(*newer)
    assert [fate(one) for one in written] == [CHANGED, CHANGED]
    row = await deployment.row("chat")
    assert row["title"] == "Trip"
    assert row["chat"]["history"]["messages"].keys() >= {"q2", "a3"}
    assert row["current_message_id"] == "a3"
    assert await deployment.rows("access_grant") == []

"""A walk over a small backup with a selection: what of each kind is left out, and what is not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrator_core.convert.ids import group_id, user_id
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.errors import CannotStartError
from migrator_core.librechat import open_backup
from migrator_core.openwebui import Ledger, LiveWriter, OpenWebUI, PreviewWriter
from migrator_core.outcome import WarningCode
from migrator_core.progress import Progress
from migrator_core.runs.driver import Driver
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.journal import Journal
from migrator_core.runs.phases import PHASES
from migrator_core.runs.scratch import Scratch
from migrator_core.runs.walk import walk
from migrator_core.selection import Part
from migrator_core.settings import Settings, build
from tests.unit.openwebui.stand_in import stand_in

ADA, BEN = "a" * 24, "b" * 24
NEW, OLD = "2026-03-02T00:00:00Z", "2026-02-01T00:00:00Z"
HASH = "$2a$04$zFDaTBSWL/O2ztgh4KYGO.jN8znGlAuBYcmdUlRdUM.BfE0JjMfKu"
WHO = {"ada": ADA, "ben": BEN}


def _dated(**more: Any) -> dict[str, Any]:
    return {"createdAt": {"$date": OLD}, "updatedAt": {"$date": OLD}, **more}


def _id(number: int) -> dict[str, str]:
    return {"$oid": f"{number:024x}"}


def _collections() -> dict[str, list[dict[str, Any]]]:
    """One of everything for each of two people; Ben's conversation got a new rating."""
    found: dict[str, list[dict[str, Any]]] = {
        "groups": [
            _dated(_id=_id(90), name="Both", memberIds=[ADA, BEN]),
            _dated(_id=_id(91), name="Ben's", memberIds=[BEN]),
        ],
        "accessroles": [],
    }
    for number, (name, user) in enumerate(WHO.items(), 1):
        chat, newer = f"chat-{name}", {"$date": NEW if name == "ben" else OLD}
        documents: dict[str, dict[str, Any]] = {
            "users": {"_id": {"$oid": user}, "email": f"{name}@x.org", "password": HASH},
            "conversationtags": {"_id": _id(10 + number), "user": user, "tag": "red"},
            "chatprojects": {"_id": _id(20 + number), "user": user, "name": "Garden"},
            "files": {
                "_id": _id(30 + number), "user": user, "file_id": f"file-{name}", "bytes": 3,
                "filename": "a.txt", "filepath": f"/uploads/{user}/a.txt", "source": "local",
            },
            "conversations": {
                "_id": _id(40 + number), "user": user, "conversationId": chat, "title": name,
                "chatProjectId": _id(20 + number),
            },
            "messages": {
                "_id": _id(50 + number), "user": user, "conversationId": chat,
                "messageId": f"q-{name}", "isCreatedByUser": True, "text": "Hi",
                "files": [{"file_id": f"file-{name}"}], "updatedAt": newer,
            },
            "sharedlinks": {
                "_id": _id(60 + number), "user": user, "conversationId": chat,
                "shareId": f"share-{name}", "isPublic": True, "messages": [_id(50 + number)],
            },
            "promptgroups": {
                "_id": _id(70 + number), "author": user, "name": "P", "command": "sum",
                "productionId": _id(75 + number),
            },
            "prompts": {
                "_id": _id(75 + number), "groupId": _id(70 + number), "prompt": "Sum it up",
                "author": user,
            },
            "agents": {
                "_id": _id(80 + number), "id": f"agent_{name}", "author": user, "name": "A",
                "provider": "openAI", "model": "gpt-4o",
            },
            "assistants": {
                "_id": _id(120 + number), "assistant_id": f"asst_{name}", "user": user,
                "createdAt": {"$date": "2025-01-01T00:00:00Z"},
            },
            "skills": {
                "_id": _id(140 + number), "author": user, "name": "sum", "body": "Sum it up",
            },
            "skillfiles": {
                "_id": _id(130 + number), "skillId": _id(140 + number), "author": user,
                "relativePath": "a/b.md", "content": "More", "source": "local",
            },
            "presets": {
                "_id": _id(110 + number), "user": user, "presetId": f"p-{name}", "title": "Short",
                "endpoint": "openAI", "model": "gpt-4o",
            },
            "memoryentries": {
                "_id": _id(100 + number), "userId": {"$oid": user}, "key": "tea", "value": "Green",
            },
            "aclentries": {
                "_id": _id(95 + number), "principalType": "user", "principalId": {"$oid": BEN},
                "resourceType": "promptGroup", "resourceId": _id(70 + number), "permBits": 1,
            },
        }  # fmt: skip
        for collection, document in documents.items():
            found.setdefault(collection, []).append(_dated() | document)
    return found


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    folder = tmp_path / "backup"
    folder.mkdir()
    for name, documents in _collections().items():
        lines = "".join(json.dumps(document) + "\n" for document in documents)
        (folder / f"{name}.json").write_text(lines, "utf-8")
    for user in WHO.values():
        (folder / "uploads" / user).mkdir(parents=True)
        (folder / "uploads" / user / "a.txt").write_text("abc", "utf-8")
    return folder


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[OpenWebUI]:
    async with stand_in(tmp_path) as target:
        yield target


class Walk:
    """What a run with some settings came to."""

    def __init__(self, journal: Journal) -> None:
        self.counts = journal.tally.to_json()
        self.unbalanced = journal.tally.unbalanced()
        self.notices = list(journal.warnings())
        self.warnings = [notice.code for notice in self.notices]

    def migrated(self) -> dict[str, int]:
        return {name: entry["migrated"] for name, entry in self.counts.items() if entry["migrated"]}

    def left_out(self) -> dict[str, int]:
        found = {name: e["skipped"].get("not-selected", 0) for name, e in self.counts.items()}
        return {name: count for name, count in found.items() if count}


async def run(target: OpenWebUI, backup: Path, **values: Any) -> Walk:
    """A run, or its preview with ``dry_run``."""
    settings: Settings = build({"allow_incomplete": True, **values})
    ledger = Ledger(target)
    record = await ledger.start(
        settings={}, backup_path="", backup_kind="", backup_fingerprint="", tool_version="0"
    )
    place = target.data_dir / record.id
    place.mkdir()
    opened = open_backup(backup, workdir=place, allow_incomplete=True)
    journal = Journal(place, Progress())
    with closing(opened), closing(Scratch(place)) as scratch, closing(journal):
        models = ModelMapper({}, "gpt-4o", frozenset())
        inputs = Inputs(opened, scratch, settings, models, 1_775_000_000)
        live = LiveWriter(target, ledger, record.id)
        writer = PreviewWriter(target) if settings.dry_run else live
        await walk(inputs, Driver(writer, journal, asyncio.Event()), target)
        found = Walk(journal)
    assert not found.unbalanced
    return found


async def _rows(target: OpenWebUI, table: str) -> list[sa.Row[Any]]:
    return list(await target.database.rows(sa.select(target.schema.table(table))))


async def _shown(target: OpenWebUI) -> dict[str, int]:
    """How many files the chats show, by their title."""
    return {
        row.title: sum(
            len(message.get("files", ())) for message in row.chat["history"]["messages"].values()
        )
        for row in await _rows(target, "chat")
    }


PARTS = {
    Part.USERS: ("users",),
    Part.GROUPS: ("groups",),
    Part.TAGS: ("conversationtags",),
    Part.FOLDERS: ("chatprojects",),
    Part.FILES: ("files",),
    Part.CONVERSATIONS: ("conversations", "messages", "sharedlinks"),
    Part.PROMPTS: ("promptgroups", "prompts", "aclentries"),
    Part.AGENTS: ("agents", "assistants"),
    Part.SKILLS: ("skills", "skillfiles"),
    Part.PRESETS: ("presets",),
    Part.MEMORIES: ("memoryentries",),
}
EVERYTHING = {name: 2 for names in PARTS.values() for name in names}


def test_every_phase_that_writes_belongs_to_a_part() -> None:
    answered = {name: phase.part for phase in PHASES for name in phase.collections}
    del answered["aclentries"]  # they go with what they give access to
    assert {name: part for part, names in PARTS.items() for name in names if name in answered} == (
        answered
    )


async def test_without_a_selection_everything_comes(target: OpenWebUI, backup: Path) -> None:
    walked = await run(target, backup)
    assert walked.migrated() == EVERYTHING
    assert walked.left_out() == {}


@pytest.mark.parametrize("part", list(Part))
async def test_one_part_after_everything_else(target: OpenWebUI, backup: Path, part: Part) -> None:
    """What is left out is left out whole, and comes with the next run."""
    users = await run(target, backup, only="users")
    assert users.migrated() == {"users": 2}
    assert users.left_out() == {n: c for n, c in EVERYTHING.items() if n != "users"}
    rest = ",".join(each for each in Part if each is not part)
    most = await run(target, backup, only=rest)
    assert most.left_out() == dict.fromkeys(PARTS[part], 2)
    last = await run(target, backup)
    assert last.left_out() == {}
    if part is not Part.USERS:
        assert PARTS[part][0] in last.migrated()
    again = await run(target, backup)
    assert again.migrated() == {}


async def test_a_later_part_leaves_what_is_there_where_it_is(
    target: OpenWebUI, backup: Path
) -> None:
    """A chat stays in its folder, shows its files and keeps its readers, whatever is selected."""
    await run(target, backup)
    before = [await _rows(target, name) for name in ("chat", "chat_file", "access_grant")]
    for only in ("conversations", "prompts", "groups", "files,conversations", "agents"):
        walked = await run(target, backup, only=only)
        assert walked.migrated() == {}, only
        walked = await run(target, backup, only=only, users="ada@x.org", since="2026-03-01")
        assert walked.migrated() == {}, only
    assert [await _rows(target, name) for name in ("chat", "chat_file", "access_grant")] == before


async def test_one_person(target: OpenWebUI, backup: Path) -> None:
    walked = await run(target, backup, users="ADA@x.org")
    assert walked.migrated() == {name: 1 for name in EVERYTHING if name != "aclentries"}
    assert walked.left_out() == dict.fromkeys(EVERYTHING, 1)
    (group,) = await _rows(target, "group")
    assert group.id == group_id(f"{90:024x}")
    members = await _rows(target, "group_member")
    assert {row.user_id for row in members} == {user_id(ADA)}
    assert {row.principal_id for row in await _rows(target, "access_grant")} == {"*"}
    last = await run(target, backup)
    members = await _rows(target, "group_member")
    assert {(row.group_id, row.user_id) for row in members} == {
        (group_id(f"{90:024x}"), user_id(ADA)),
        (group_id(f"{90:024x}"), user_id(BEN)),
        (group_id(f"{91:024x}"), user_id(BEN)),
    }
    assert user_id(BEN) in {row.principal_id for row in await _rows(target, "access_grant")}
    assert last.left_out() == {}


async def test_what_is_new_since_a_date(target: OpenWebUI, backup: Path) -> None:
    walked = await run(target, backup, since="2026-03-01")
    small = ("users", "groups", "conversationtags", "chatprojects", "presets", "memoryentries",
             "skills", "skillfiles")  # fmt: skip
    whole = dict.fromkeys(small, 2)
    ben = dict.fromkeys(("conversations", "messages", "sharedlinks"), 1)
    assert walked.migrated() == whole | ben
    assert walked.left_out() == {
        **dict.fromkeys(("files", "promptgroups", "prompts", "aclentries", "agents"), 2),
        "assistants": 2,
        **ben,
    }
    assert await _shown(target) == {"ben": 0}
    await run(target, backup)
    assert await _shown(target) == {"ada": 1, "ben": 1}


async def test_content_of_people_who_are_not_there(target: OpenWebUI, backup: Path) -> None:
    walked = await run(target, backup, only="conversations,files,prompts,agents,tags,folders")
    assert walked.migrated() == {}
    assert walked.left_out() == EVERYTHING
    assert [row.id for row in await _rows(target, "user")] == ["admin"]


async def test_an_account_whose_address_changed_here_is_still_theirs(
    target: OpenWebUI, backup: Path
) -> None:
    await run(target, backup, only="users")
    user = target.schema.table("user")
    change = sa.update(user).where(user.c.id == user_id(ADA)).values(email="new@x.org")
    await target.database.write(lambda connection: connection.execute(change))
    walked = await run(target, backup, only="conversations")
    assert walked.migrated()["conversations"] == 2


async def test_somebody_whom_the_backup_does_not_have(target: OpenWebUI, backup: Path) -> None:
    walked = await run(target, backup, users=["ada@x.org", "who@x.org"])
    assert WarningCode.USER_UNKNOWN in walked.warnings
    assert walked.migrated()["users"] == 1
    with pytest.raises(CannotStartError, match=r"no user with the e-mail address who@x.org"):
        await run(target, backup, users=["who@x.org"])


async def test_what_was_left_out_is_not_gone_nor_in_the_ledger(
    target: OpenWebUI, backup: Path
) -> None:
    await run(target, backup)
    walked = await run(target, backup, users="ada@x.org", only="conversations", since="2030-01-01")
    assert WarningCode.GONE_FROM_BACKUP not in walked.warnings
    reason: sa.ColumnClause[str] = sa.column("reason")
    rows = await target.database.rows(
        sa.select(reason).select_from(sa.table("librechat_migration_item"))
    )
    assert "not-selected" not in {row.reason for row in rows}

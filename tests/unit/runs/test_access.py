"""Access over several runs: nobody gets more, and nothing is taken back by mistake."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrator_core.convert.ids import user_id
from migrator_core.item import Item
from migrator_core.openwebui import LiveWriter, OpenWebUI, Written
from migrator_core.outcome import Reason, State, WarningCode
from migrator_core.rows import GroupRow
from migrator_core.runs.phases import agents, groups
from tests.unit.runs.test_selection import ADA, BEN, Walk, backup, run, target

__all__ = ["backup", "target"]

Documents = list[dict[str, Any]]
PROMPT, GROUP = f"{71:024x}", f"{90:024x}"
"""Ada's prompt, which is shared with Ben, and the group of both."""


def _read(backup: Path, name: str) -> Documents:
    return [json.loads(line) for line in (backup / f"{name}.json").read_text("utf-8").splitlines()]


def _write(backup: Path, name: str, documents: Documents) -> None:
    text = "".join(json.dumps(document) + "\n" for document in documents)
    (backup / f"{name}.json").write_text(text, "utf-8")


def _without(backup: Path, name: str, text: str) -> None:
    """The documents of a collection that do not mention this."""
    _write(backup, name, [one for one in _read(backup, name) if text not in json.dumps(one)])


def _entry(resource: str, type_: str, principal: str, /, **more: Any) -> dict[str, Any]:
    return {
        "_id": {"$oid": "f" * 24}, "resourceId": {"$oid": resource}, "resourceType": type_,
        "principalType": principal, "permBits": 1, **more,
    }  # fmt: skip


def _share_with_the_group(backup: Path) -> None:
    entry = _entry(PROMPT, "promptGroup", "group", principalId={"$oid": GROUP})
    _write(backup, "aclentries", [*_read(backup, "aclentries"), entry])


async def _readers(target: OpenWebUI) -> list[tuple[str, str]]:
    """Who may read prompts and agents."""
    grant = target.schema.table("access_grant")
    kinds = grant.c.resource_type.in_(["prompt", "model"])
    rows = await target.database.rows(
        sa.select(grant.c.principal_type, grant.c.principal_id).where(kinds)
    )
    return sorted((row.principal_type, row.principal_id) for row in rows)


async def _open_chats(target: OpenWebUI) -> int:
    shared = target.schema.table("shared_chat")
    return len(await target.database.rows(sa.select(shared.c.id)))


def _told(walk: Walk) -> set[tuple[WarningCode, str]]:
    codes = {WarningCode.GONE_FROM_BACKUP, WarningCode.ACCESS_TAKEN_BACK}
    return {(one.code, one.detail) for one in walk.notices if one.code in codes}


def _two_tenants(backup: Path) -> None:
    for file in backup.glob("*.json"):
        found = _read(backup, file.stem)
        for document, tenant in zip(found[:2], ("north", "south"), strict=False):
            document["tenantId"] = tenant
        _write(backup, file.stem, found)


async def test_a_role_is_a_group_of_its_own_for_each_tenant(
    target: OpenWebUI, backup: Path
) -> None:
    entries = _read(backup, "aclentries")
    for entry in entries:
        entry |= {"principalType": "role", "principalId": "USER"}
    _write(backup, "aclentries", entries)
    _two_tenants(backup)
    group, member = target.schema.table("group"), target.schema.table("group_member")
    named = sa.select(group.c.name, member.c.user_id).where(group.c.id == member.c.group_id)
    roles = named.where(group.c.name.like("LibreChat role%"))
    for tenant in ("north", "south", "north"):
        await run(target, backup, tenant=tenant)
    assert {tuple(row) for row in await target.database.rows(roles)} == {
        ("LibreChat role USER of the tenant north", user_id(ADA)),
        ("LibreChat role USER of the tenant south", user_id(BEN)),
    }


async def test_what_others_restricted_is_not_public(target: OpenWebUI, backup: Path) -> None:
    """Entries without the tenant's id give nobody anything, and a thing with any is not public."""
    agent, link = f"{81:024x}", f"{61:024x}"
    project = {"_id": {"$oid": "e" * 24}, "name": "instance", "agentIds": ["agent_ada"]}
    _write(backup, "projects", [project])
    _two_tenants(backup)
    restricting = [
        _entry(agent, "agent", "user", principalId=ADA),
        _entry(link, "sharedLink", "user", principalId=ADA),
    ]
    _write(backup, "aclentries", restricting)
    walked = await run(target, backup, tenant="north")
    assert walked.counts["aclentries"]["skipped"] == {"other-tenant": 2}
    assert (await _readers(target), await _open_chats(target)) == ([], 0)
    _write(backup, "aclentries", [])
    await run(target, backup, tenant="north")
    assert [kind for kind, _ in await _readers(target)] == ["group"]
    assert await _open_chats(target) == 1


async def test_what_librechat_deleted_is_its_owners_alone_and_this_is_said(
    target: OpenWebUI, backup: Path
) -> None:
    await run(target, backup)
    assert await _readers(target) == [("user", user_id(BEN))]
    _without(backup, "promptgroups", PROMPT)
    _without(backup, "sharedlinks", "share-ada")
    _without(backup, "conversations", "chat-ada")
    preview = await run(target, backup, dry_run=True)
    assert await _readers(target) == [("user", user_id(BEN))]
    told = _told(await run(target, backup))
    assert _told(preview) == told
    assert (WarningCode.GONE_FROM_BACKUP, f"promptgroups: {PROMPT}") in told
    assert (WarningCode.ACCESS_TAKEN_BACK, f"1 promptgroups: {PROMPT}") in told
    assert (WarningCode.ACCESS_TAKEN_BACK, "1 conversations: chat-ada") in told
    assert await _readers(target) == []
    assert await _open_chats(target) == 1
    assert WarningCode.ACCESS_TAKEN_BACK not in (await run(target, backup)).warnings


@pytest.mark.parametrize("tenant", ["", "north"])
async def test_a_backup_of_others_takes_nothing_back(
    target: OpenWebUI, backup: Path, tenant: str
) -> None:
    await run(target, backup)
    for file in backup.glob("*.json"):
        _without(backup, file.stem, ADA)
    _without(backup, "promptgroups", PROMPT)
    if tenant:
        for file in backup.glob("*.json"):
            found = _read(backup, file.stem)
            _write(backup, file.stem, [document | {"tenantId": tenant} for document in found])
    walked = await run(target, backup, tenant=tenant)
    assert await _readers(target) == [("user", user_id(BEN))]
    assert await _open_chats(target) == 2
    expected = set() if tenant else {"groups: " + GROUP, "users: " + ADA}
    assert {detail for _, detail in _told(walked)} == expected


async def test_another_librechat_of_the_same_people_takes_nothing_back(
    target: OpenWebUI, backup: Path
) -> None:
    await run(target, backup)
    for file in backup.glob("*.json"):
        text = file.read_text("utf-8")
        for old, new in ((ADA, "c" * 24), (BEN, "d" * 24), ("00000000", "11111111")):
            text = text.replace(old, new)
        for name in ("chat", "share", "file", "q"):
            text = text.replace(f'"{name}-', f'"{name}-other-')
        file.write_text(text.replace('"agent_', '"agent_other_'), "utf-8")
    for dry_run in (True, False, False):
        walked = await run(target, backup, dry_run=dry_run)
        assert WarningCode.ACCESS_TAKEN_BACK not in walked.warnings
    assert ("user", user_id(BEN)) in await _readers(target)


async def test_an_empty_collection_takes_nothing_back(target: OpenWebUI, backup: Path) -> None:
    await run(target, backup)
    for name in ("promptgroups", "prompts", "conversations", "messages"):
        _write(backup, name, [])
    assert _told(await run(target, backup)) == set()
    assert await _readers(target) == [("user", user_id(BEN))]
    assert await _open_chats(target) == 2


def _fails(*_: Any, **__: Any) -> Any:
    raise LookupError("a flaw of ours")


async def test_what_failed_here_is_not_gone(
    target: OpenWebUI, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = _entry(f"{81:024x}", "agent", "user", principalId=BEN)
    _write(backup, "aclentries", [*_read(backup, "aclentries"), entry])
    await run(target, backup)
    monkeypatch.setattr(agents, "convert_agent", _fails)
    walked = await run(target, backup)
    assert walked.counts["agents"]["failed"] == {"internal-error": 2}
    assert _told(walked) == set()
    assert await _readers(target) == [("user", user_id(BEN))] * 2


@pytest.mark.parametrize("rejected", [True, False])
async def test_a_group_that_failed_keeps_what_is_shared_with_it(
    target: OpenWebUI, backup: Path, monkeypatch: pytest.MonkeyPatch, *, rejected: bool
) -> None:
    _share_with_the_group(backup)
    await run(target, backup)
    before = await _readers(target)
    assert len(before) == 2
    write = LiveWriter.write

    async def refuse(self: LiveWriter, items: Sequence[Item]) -> list[Written]:
        return [
            Written(one.item, State.FAILED, Reason.REJECTED_BY_DATABASE)
            if isinstance(one.item.row, GroupRow)
            else one
            for one in await write(self, items)
        ]

    if rejected:
        monkeypatch.setattr(LiveWriter, "write", refuse)
    else:
        monkeypatch.setattr(groups, "convert_group", _fails)
    walked = await run(target, backup)
    assert walked.counts["groups"]["failed"]
    assert await _readers(target) == before

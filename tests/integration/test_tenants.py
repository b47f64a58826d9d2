"""A backup that several tenants share: one of them is chosen, and the others stay out of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrator_core.convert.ids import user_id
from tests.support.environments import Deployment
from tests.support.rows import HASH
from tests.support.run import call, migrate
from tests.support.snapshots import table_rows

pytestmark = pytest.mark.openwebui

PEOPLE = {"ann": "north", "ben": "north", "cat": "south", "dan": None}
EMAIL = {"cat": "ann"}
"""Cat of the south has the address that Ann of the north has."""


def oid(text: str) -> dict[str, str]:
    return {"$oid": text.encode().hex().rjust(24, "0")[-24:]}


def _of(name: str, /, **document: Any) -> dict[str, Any]:
    tenant = PEOPLE[name]
    return document | ({"tenantId": tenant} if tenant else {})


def _backup(folder: Path) -> Path:
    entry = {"principalType": "public", "permBits": 1, "resourceType": "agent"}
    content: dict[str, list[dict[str, Any]]] = {
        "users": [
            _of(name, _id=oid(name), email=f"{EMAIL.get(name, name)}@people.example", name=name,
                password=HASH)
            for name in PEOPLE
        ],
        "conversations": [
            _of(name, _id=oid(f"c{name}"), conversationId="same", title=name,
                user=oid(name)["$oid"], endpoint="openAI")
            for name in PEOPLE
        ],
        "messages": [
            _of(name, _id=oid(f"m{name}"), messageId=f"m-{name}", conversationId="same",
                user=oid(name)["$oid"], text="Hello", isCreatedByUser=True)
            for name in PEOPLE
        ] + [
            _of(name, _id=oid(f"u{name}"), messageId=f"u-{name}", conversationId="same",
                parentMessageId=f"m-{name}", text=f"Unsigned of {name}", isCreatedByUser=True)
            for name in ("ann", "ben")
        ] + [
            _of("ann", _id=oid("lost"), messageId="lost", conversationId="same", text="Whose?",
                isCreatedByUser=True),
        ],
        "agents": [
            _of(name, _id=oid(f"a{name}"), id=f"agent_{name}", name=name, author=oid(name),
                provider="openAI", model="gpt-4o")
            for name in PEOPLE
        ] + [
            _of("ann", _id=oid("aold"), id="agent_old", name="old", author=oid("ann"),
                provider="openAI", model="gpt-4o", projectIds=[oid("project")]),
        ],
        "projects": [
            {"_id": oid("project"), "name": "instance", "agentIds": [],
             "tenantId": "north"},
        ],
        "aclentries": [
            _of(name, _id=oid(f"e{name}"), resourceId=oid(f"a{name}"), **entry)
            for name in PEOPLE if name != "ben"
        ] + [
            _of("ben", _id=oid("edit"), resourceId=oid("aben"), principalType="user",
                principalId=oid("ann"), permBits=3, resourceType="agent"),
        ],
    }  # fmt: skip
    (folder / "data").mkdir(parents=True)
    for name, rows in content.items():
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "data" / f"{name}.json").write_text(text, encoding="utf-8")
    return folder


def test_one_tenant_is_chosen(empty: Deployment, tmp_path: Path) -> None:
    backup = _backup(tmp_path / "backup")
    status, output = call(empty, "check", "--backup", str(backup))
    assert status == 10
    assert "north (2 people)" in output
    assert "--tenant" in output

    run = migrate(empty, backup, tmp_path / "north", "--tenant", "north")
    assert run.status == 0, run.output
    for name in ("users", "conversations", "agents", "aclentries"):
        assert run.collections[name]["skipped"].get("other-tenant") == 2, name
    assert run.collections["messages"]["skipped"] == {"other-tenant": 2, "owner-unknown": 1}
    assert [w["code"] for w in run.report["warnings"]].count("access-narrowed") == 1

    people = {row["id"]: row["name"] for row in table_rows(empty, "user")}
    ann, ben = user_id(oid("ann")["$oid"]), user_id(oid("ben")["$oid"])
    assert people.keys() >= {ann, ben}
    assert len(people) == 3
    (group,) = table_rows(empty, "group")
    assert group["name"] == "LibreChat tenant north"
    members = {row["user_id"] for row in table_rows(empty, "group_member")}
    assert members == {ann, ben}
    granted = {
        (row["resource_id"], row["principal_type"], row["principal_id"], row["permission"])
        for row in table_rows(empty, "access_grant")
    }
    assert granted == {
        ("agent-ann", "group", group["id"], "read"),
        ("agent-ben", "user", ann, "read"),
    }, "what the old project shared is not public where permissions exist"
    said = {
        row["user_id"]: {m["content"] for m in row["chat"]["history"]["messages"].values()}
        for row in table_rows(empty, "chat")
    }
    assert said == {ann: {"Hello", "Unsigned of ann"}, ben: {"Hello", "Unsigned of ben"}}

    south = migrate(empty, backup, tmp_path / "south", "--tenant", "south")
    assert south.status == 0, south.output
    assert south.collections["users"]["skipped"] == {"other-tenant": 4}, "ann's account is ann's"
    assert len(table_rows(empty, "chat")) == 2

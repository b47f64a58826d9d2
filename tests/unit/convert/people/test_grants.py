from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from migrator_core.convert.people.grants import (
    Principals,
    Resource,
    agent_is_shared,
    grants_for,
    prompt_is_shared,
)
from migrator_core.librechat.documents.acl_entry import AclEntry
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.project import Project
from migrator_core.librechat.documents.prompt import PromptGroup
from migrator_core.librechat.values import Millis
from migrator_core.outcome import WarningCode
from migrator_core.rows import Grant
from tests.unit.convert import documents as d

MERGED = "c" * 24
NOW = d.STARTED * 1000
PRINCIPALS = Principals(
    accounts={d.ALICE: "owner", d.BOB: "bob", MERGED: "bob"},
    groups={d.GROUP: "group"},
    now=NOW,
    roles={"USER": "users"},
)
RESOURCE = Resource("agent", d.AGENT["_id"], "owner", "agent Data Analyst")
READ_ALL = Grant("user", "*", "read")
BOB_READS = Grant("user", "bob", "read")
BOB_WRITES = Grant("user", "bob", "write")


def _entry(kind: str, who: str | None = None, bits: object = 1, **changes: Any) -> AclEntry:
    data = {"principalType": kind, "principalId": who, "permBits": bits} | changes
    return parse(AclEntry, d.ACL_ENTRY | data)


@pytest.mark.parametrize(
    ("entries", "grants"),
    [
        ([], ()),
        ([_entry("user", d.BOB, 1)], (BOB_READS,)),
        ([_entry("user", d.BOB.upper(), 15)], (BOB_READS, BOB_WRITES)),
        ([_entry("user", d.BOB, 2)], ()),
        ([_entry("user", d.BOB, 14)], ()),
        ([_entry("user", d.BOB, 3), _entry("user", d.BOB, 12)], (BOB_READS,)),
        ([_entry("user", d.BOB, 15)], (BOB_READS, BOB_WRITES)),
        ([_entry("user", d.BOB, 12)], ()),
        ([_entry("user", d.BOB, -1)], ()),
        ([_entry("user", d.BOB, True)], ()),
        ([_entry("user", d.BOB, "15")], ()),
        ([_entry("user", MERGED, 1), _entry("user", d.BOB, 15)], (BOB_READS, BOB_WRITES)),
        ([_entry("user", d.ALICE, 15)], ()),
        (
            [_entry("group", d.GROUP, 15)],
            (Grant("group", "group", "read"), Grant("group", "group", "write")),
        ),
        ([_entry("role", "USER", 1)], (Grant("group", "users", "read"),)),
        ([_entry("public", None, 1)], (READ_ALL,)),
        ([_entry("public", expiredAt=Millis(NOW - 1))], ()),
        ([_entry("public", expiredAt=Millis(NOW))], ()),
        ([_entry("public", expiredAt={"$date": "soon"})], ()),
        ([_entry("public", resourceType="promptGroup")], ()),
        ([_entry("public", resourceId="f" * 24)], ()),
    ],
)
def test_grants(entries: list[AclEntry], grants: tuple[Grant, ...]) -> None:
    found, notices = grants_for(RESOURCE, entries, PRINCIPALS)
    assert found == grants
    narrowed = any(entry.permission_bits == 3 for entry in entries)
    assert [one.code for one in notices] == [WarningCode.ACCESS_NARROWED] * narrowed


@pytest.mark.parametrize(
    ("entry", "grants", "said"),
    [
        (_entry("user", d.BOB, 3), (BOB_READS,), "user bob could edit it"),
        (_entry("user", d.BOB, 7), (BOB_READS,), "user bob could edit it"),
        (_entry("user", d.BOB, 11), (BOB_READS,), "user bob could edit it"),
        (_entry("public", None, 15), (READ_ALL,), "everybody could edit it"),
        (_entry("public", expiredAt=Millis(NOW + 1)), (), "public, which was to end"),
        (_entry("user", d.BOB, 15, expiredAt=Millis(NOW + 1)), (), "which was to end"),
    ],
)
def test_what_cannot_be_kept_is_narrowed_and_said(
    entry: AclEntry, grants: tuple[Grant, ...], said: str
) -> None:
    found, notices = grants_for(RESOURCE, [entry], PRINCIPALS)
    assert found == grants
    assert [one.code for one in notices] == [WarningCode.ACCESS_NARROWED]
    assert said in notices[0].detail


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        (_entry("user", "f" * 24), "f" * 24),
        (_entry("group", "e" * 24), "e" * 24),
        (_entry("group", d.BOB), d.BOB),
        (_entry("role", "ADMIN"), "ADMIN"),
        (_entry("role", "finance-team"), "finance-team"),
        (_entry("role", None), "role"),
        (_entry("everybody", None), "everybody"),
    ],
)
def test_a_share_with_nobody_we_know_is_left_out_and_reported(entry: AclEntry, named: str) -> None:
    grants, notices = grants_for(RESOURCE, [entry], PRINCIPALS)
    assert grants == ()
    assert [notice.code for notice in notices] == [WarningCode.ACCESS_NARROWED]
    assert "agent Data Analyst" in notices[0].detail
    assert named in notices[0].detail


def test_the_order_of_entries_does_not_show() -> None:
    entries = [_entry("user", d.BOB, 1), _entry("public"), _entry("group", d.GROUP)]
    forward, _ = grants_for(RESOURCE, entries, PRINCIPALS)
    backward, _ = grants_for(RESOURCE, entries[::-1], PRINCIPALS)
    assert forward == backward
    assert len(forward) == 3


@pytest.mark.parametrize(
    ("shared", "collaborative", "grants"),
    [
        (True, False, (READ_ALL,)),
        (True, True, (READ_ALL,)),
        (False, True, ()),
    ],
)
def test_before_permissions_the_instance_project_decided(
    shared: bool, collaborative: bool, grants: tuple[Grant, ...]
) -> None:
    resource = Resource("agent", d.AGENT["_id"], "owner", "x", shared, collaborative)
    assert grants_for(resource, [], PRINCIPALS)[0] == grants


@pytest.mark.parametrize(
    "entry",
    [
        _entry("user", d.ALICE, 15),
        _entry("public", expiredAt=Millis(1)),
        _entry("user", d.BOB, 0),
    ],
)
def test_any_permission_entry_ends_the_old_way_of_sharing(entry: AclEntry) -> None:
    resource = Resource("agent", d.AGENT["_id"], "owner", "x", shared=True, collaborative=True)
    assert grants_for(resource, [entry], PRINCIPALS) == ((), ())


def _project(**changes: object) -> Project:
    return parse(Project, d.PROJECT | changes)


def test_only_the_instance_project_makes_things_public() -> None:
    agent = parse(Agent, d.AGENT)
    listed = parse(Agent, d.AGENT | {"id": "agent_other", "projectIds": [d.PROJECT["_id"]]})
    other = parse(Agent, d.AGENT | {"id": "agent_other"})
    assert agent_is_shared(agent, [_project()], listed=False)
    assert agent_is_shared(listed, [_project()], listed=False)
    assert not agent_is_shared(other, [_project()], listed=False)
    assert not agent_is_shared(agent, [_project(name="team")], listed=False)
    assert not agent_is_shared(agent, [], listed=False)
    group = parse(PromptGroup, d.PROMPT_GROUP)
    assert prompt_is_shared(group, [_project()], listed=False)
    assert not prompt_is_shared(group, [_project(promptGroupIds=[])], listed=False)
    assert not prompt_is_shared(group, [_project(name=None)], listed=False)


def test_beside_permissions_what_a_thing_says_of_itself_is_a_leftover() -> None:
    agent = parse(Agent, d.AGENT)
    says_so = parse(Agent, d.AGENT | {"id": "agent_other", "projectIds": [d.PROJECT["_id"]]})
    assert agent_is_shared(agent, [_project()], listed=True)
    assert not agent_is_shared(says_so, [_project()], listed=True)
    group = parse(PromptGroup, d.PROMPT_GROUP | {"projectIds": [d.PROJECT["_id"]]})
    assert prompt_is_shared(group, [_project()], listed=True)
    assert not prompt_is_shared(group, [_project(promptGroupIds=[])], listed=True)


@pytest.mark.parametrize(
    ("entry", "grants", "said"),
    [
        (_entry("user", d.BOB, 3), (BOB_READS, BOB_WRITES), [WarningCode.ACCESS_WIDENED]),
        (_entry("user", d.BOB, 7), (BOB_READS, BOB_WRITES), [WarningCode.ACCESS_WIDENED]),
        (_entry("user", d.BOB, 15), (BOB_READS, BOB_WRITES), []),
        (_entry("user", d.BOB, 1), (BOB_READS,), []),
        (_entry("user", d.BOB, 13), (BOB_READS,), []),
        (_entry("public", None, 3), (READ_ALL,), [WarningCode.ACCESS_NARROWED]),
    ],
)
def test_editors_write_where_somebody_asked_for_it(
    entry: AclEntry, grants: tuple[Grant, ...], said: list[WarningCode]
) -> None:
    found, notices = grants_for(RESOURCE, [entry], PRINCIPALS, "write")
    assert (found, [one.code for one in notices]) == (grants, said)


def test_public_is_public_among_the_people_of_a_tenant() -> None:
    theirs = replace(PRINCIPALS, everyone=("group", "north"))
    nobody = replace(PRINCIPALS, everyone=None)
    old = replace(RESOURCE, shared=True)
    for resource, entries in ((RESOURCE, [_entry("public")]), (old, [])):
        assert grants_for(resource, entries, theirs)[0] == (Grant("group", "north", "read"),)
        grants, notices = grants_for(resource, entries, nobody)
        assert grants == ()
        assert [one.code for one in notices] == [WarningCode.ACCESS_NARROWED]

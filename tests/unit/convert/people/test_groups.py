from __future__ import annotations

from migrator_core.convert.ids import group_id
from migrator_core.convert.people.groups import convert_group
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.group import Group
from migrator_core.outcome import WarningCode
from tests.unit.convert import documents as d

ACCOUNTS = {d.ALICE: "a", d.BOB: "b", "0D6F-ext": "c"}


def _group(**changes: object) -> Group:
    return parse(Group, d.GROUP_DOCUMENT | changes)


def test_members_are_found_by_id_and_by_their_id_at_the_source() -> None:
    members = [d.BOB, d.ALICE.upper(), "0D6F-ext"]
    result = convert_group(_group(memberIds=members), ACCOUNTS, d.STARTED)
    assert result.row.member_ids == ("b", "a", "c")
    assert result.notices == ()
    assert result.row.id == group_id(d.GROUP)
    assert result.row.meta["librechat"]["id"] == d.GROUP
    assert (result.row.created_at, result.row.updated_at) == (1_700_000_000, 1_710_000_000)


def test_members_who_have_no_account_are_left_out_with_one_warning() -> None:
    members = ["", "f" * 24, d.ALICE, d.ALICE, " "]
    result = convert_group(_group(memberIds=members), ACCOUNTS, d.STARTED)
    assert result.row.member_ids == ("a",)
    assert [notice.code for notice in result.notices] == [WarningCode.BACKUP_ODDITY]
    assert "4 of 5" in result.notices[0].detail


def test_a_group_without_name_and_description_can_still_be_read() -> None:
    row = convert_group(_group(name=None, description=None), {}, d.STARTED).row
    assert row.name == f"Group {d.GROUP}"
    assert row.description == ""

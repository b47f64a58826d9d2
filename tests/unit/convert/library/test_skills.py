from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.library.skills import (
    FreeNames,
    convert_skill,
    legal_path,
    skill_file,
    wished_name,
)
from migrator_core.convert.result import Converted, Skipped
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.skill import Skill, SkillFile
from migrator_core.outcome import Reason, WarningCode
from migrator_core.rows import Grant, SkillRow
from tests.unit.convert import documents as d

GRANTS = (Grant("user", "*", "read"),)


def _convert(name: str | None = None, **changes: Any) -> Converted[SkillRow] | Skipped:
    skill = parse(Skill, d.SKILL | changes)
    files = [skill_file("templates/short.md", b"- What")]
    return convert_skill(
        skill, files, row_id="id", owner_id="owner", name=name or wished_name(skill),
        grants=GRANTS, fallback=d.STARTED,
    )  # fmt: skip


def test_a_skill_keeps_what_it_says_and_who_may_use_it() -> None:
    converted = _convert()
    assert isinstance(converted, Converted)
    row = converted.row
    assert (row.id, row.user_id, row.name) == ("id", "owner", "Minutes of a meeting")
    assert row.description == "Use it when somebody asks for minutes."
    assert row.content == "# Minutes\n\nFive points."
    assert row.files == (
        {"path": "SKILL.md", "content": row.content},
        {"path": "templates/short.md", "content": "- What"},
    )
    assert row.meta == {
        "tags": ["office"],
        "librechat": {"id": d.SKILL["_id"], "name": "meeting-minutes", "version": 2},
    }
    assert row.grants == GRANTS
    assert (row.created_at, row.updated_at) == (1_700_000_000, 1_710_000_000)
    assert converted.notices == ()


def test_a_skill_that_says_nothing_is_none() -> None:
    assert _convert(body=" \n") == Skipped(Reason.NO_TEXT)


def test_another_name_and_lost_settings_are_said() -> None:
    converted = _convert("Minutes of a meeting (2)", alwaysApply=True, allowedTools=["secret"])
    assert isinstance(converted, Converted)
    named, dropped = converted.notices
    assert named.code is WarningCode.NAME_CHANGED
    assert "it is now Minutes of a meeting (2)" in named.detail
    assert dropped.code is WarningCode.SETTING_DROPPED
    assert "always applied, given tools of its own (1)" in dropped.detail


def test_names_are_given_out_once_and_kept() -> None:
    names = FreeNames({"Minutes": "theirs", "Minutes (2)": "b"})
    assert names.take("a", "minutes") == "minutes (3)"
    assert names.take("b", "Minutes") == "Minutes (2)"  # an earlier run gave it that one
    assert names.take("c", "Plan") == "Plan"
    assert FreeNames({"Minutes (2)": "b"}).take("b", "Protocol") == "Protocol"


@pytest.mark.parametrize(
    ("path", "legal"),
    [
        ("scripts/parse.sh", True), ("a.md", True), ("/etc/passwd", False), ("../x", False),
        ("a//b", False), ("SKILL.md", False), ("SKILL.md/x", False), ("a\\b", False),
        ("C:x", False), ("a\nb", False), ("", False), ("a" * 501, False),
    ],
)  # fmt: skip
def test_a_file_lies_beside_its_skill(path: str, legal: bool) -> None:
    file = parse(SkillFile, d.SKILL_FILE | {"relativePath": path})
    assert legal_path(file) == (path if legal else None)


def test_what_is_no_text_is_base64() -> None:
    assert skill_file("a.png", b"\x89PNG\xff") == {
        "path": "a.png", "content": "iVBOR/8=", "encoding": "base64",
    }  # fmt: skip

"""Chat projects as folders."""

from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.chats.chat import convert_conversation
from migrator_core.convert.chats.folders import MAX_NAME, FolderNames, convert_project
from migrator_core.convert.dates import EARLIEST
from migrator_core.convert.ids import folder_id
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.chat_project import ChatProject
from migrator_core.outcome import WarningCode
from migrator_core.rows import FolderRow
from tests.support.chat_checks import context, convert, message
from tests.support.chat_checks import conversation as conversation_of
from tests.unit.convert import documents as d
from tests.unit.convert.storable import assert_storable

PROJECT: dict[str, Any] = {
    "_id": "692cda805f9d88c1aa1a2c7a",
    "name": "Launch 🚀",
    "description": "Everything about it",
    "user": d.ALICE,
    "conversationCount": 2,
    **d.DATES,
}


def convert_one(data: dict[str, Any], names: FolderNames | None = None) -> FolderRow:
    project = parse(ChatProject, data)
    return convert_project(
        project, owner_id="owner", names=names or FolderNames(), fallback=d.STARTED
    )


def test_a_project_becomes_a_folder() -> None:
    assert convert_one(PROJECT) == FolderRow(
        id=folder_id(PROJECT["_id"]),
        user_id="owner",
        name="Launch 🚀",
        data={"description": "Everything about it"},
        meta={"librechat": {"id": PROJECT["_id"]}},
        created_at=d.CREATED // 1000,
        updated_at=d.UPDATED // 1000,
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [(None, "Project"), (" \n", "Project"), ("a\nb", "a b"), ("x" * 200, "x" * MAX_NAME), (5, "5")],
)
def test_names(name: object, shown: str) -> None:
    assert convert_one(PROJECT | {"name": name}).name == shown


def test_names_are_unique_for_each_person() -> None:
    names = FolderNames([("theirs", "owner", "Work"), ("ours", "owner", "Ideas")])
    assert [names.take(f"f{n}", "owner", wish) for n, wish in enumerate(["work", "WORK"])] == [
        "work (2)",
        "WORK (3)",
    ]
    assert names.take("f9", "somebody else", "Work") == "Work"
    assert names.take("ours", "owner", "Anything") == "Ideas", "a second run answers the same"
    long = [names.take(f"l{n}", "owner", "y" * MAX_NAME) for n in range(2)]
    assert long[1] == "y" * (MAX_NAME - 4) + " (2)"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("folder", False, False)),
        ({"pinned": True}, ("folder", True, False)),
        ({"isArchived": True}, (None, False, True)),
        ({"isArchived": True, "pinned": True}, (None, False, True)),
    ],
)
def test_where_a_chat_of_a_project_is_listed(
    fields: dict[str, Any], expected: tuple[str | None, bool, bool]
) -> None:
    scope = context()
    result = convert_conversation(
        conversation_of(chatProjectId="692cda805f9d88c1aa1a2c7a", **fields),
        [message("q")],
        type(scope)(scope.owner_id, {}, scope.models, scope.fallback, folder_id="folder"),
    )
    row = result.row  # type: ignore[union-attr]
    assert (row.folder_id, row.pinned, row.archived) == expected
    codes = [notice.code for notice in result.notices]  # type: ignore[union-attr]
    assert (WarningCode.FOLDER_LEFT_OUT in codes) == (expected[0] is None)
    assert row.meta["librechat"]["chatProjectId"] == "692cda805f9d88c1aa1a2c7a"


def test_a_project_that_is_gone_hides_no_chat() -> None:
    result = convert(message("q"), chatProjectId="692cda805f9d88c1aa1a2c7a")
    assert result.row.folder_id is None
    assert WarningCode.FOLDER_LEFT_OUT in [notice.code for notice in result.notices]


def test_every_field_may_be_wrong() -> None:
    for what, data in d.damaged(PROJECT):
        try:
            row = convert_one(data)
        except InvalidDocumentError:
            assert what.startswith("_id")
            continue
        assert_storable(row)
        assert row.name
        assert EARLIEST <= row.created_at <= row.updated_at

"""The registry of tables agrees with the rows that conversion gives and with their mapping."""

from __future__ import annotations

from typing import get_args

import pytest

from migrator_core.access_row import AccessRow
from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.tables.registry import KINDS, WRITTEN, kind_named, kind_of
from migrator_core.rows import Grant, Row, TagRow
from tests.support.rows import (
    chat,
    file,
    folder,
    group,
    key,
    knowledge,
    memory,
    model,
    prompt,
    rating,
    shared,
    skill,
    tag,
    user,
)

CONTEXT = MappingContext(
    now=1_800_000_000,
    earliest_account=1_600_000_000,
    creator="admin",
    default_group="everybody",
    group_share="members",
    path="/uploads/notes.txt",
)
BEA = key("bea")
READERS = Grant("user", "*", "read")
EXAMPLES: tuple[Row, ...] = (
    user("bea"),
    group("Team", BEA, key("carl")),
    tag("Later", BEA),
    folder("Work", BEA),
    file("notes.txt", BEA),
    chat("Trip", BEA, file_ids=(("q", key("notes.txt")),), feedback=(rating("Trip", BEA),)),
    shared("Trip", BEA, READERS),
    prompt("greet", BEA, READERS),
    knowledge("helper", BEA, (key("notes.txt"),), READERS),
    model("helper", BEA, READERS),
    skill("writing", BEA, READERS),
    memory("tea", BEA),
    AccessRow("model", "user", BEA, "read", "vendor/gpt", 1_700_000_000),
)
"""A row of each kind that fills every table it can."""

each_example = pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: type(row).__name__)


def test_each_class_of_rows_has_one_kind_and_an_example() -> None:
    classes = set(get_args(Row))
    assert {kind.row for kind in KINDS} == classes == {type(row) for row in EXAMPLES}
    assert len(KINDS) == len(classes) == len({kind.name for kind in KINDS})


@each_example
def test_the_mapping_fills_the_tables_that_the_registry_names(row: Row) -> None:
    kind = kind_of(row)
    tables = {kind.name, *(part.table.name for part in kind.parts)}
    brought = {kind_of(other).name for other in kind.brings(row)}
    assert {one.table for one in kind.to_rows(row, CONTEXT)} == tables | brought


@each_example
def test_every_row_fills_the_columns_that_the_registry_demands(row: Row) -> None:
    columns = {table.name: table.columns for table in WRITTEN}
    for one in kind_of(row).to_rows(row, CONTEXT):
        filled = {name for name, value in one.values.items() if value is not None}
        assert columns[one.table] <= filled, one.table


@each_example
def test_rows_are_found_again_by_what_the_registry_says(row: Row) -> None:
    kind = kind_of(row)
    rows = kind.to_rows(row, CONTEXT)
    (main,) = [one.values for one in rows if one.table == kind.name]
    assert "/".join(str(main[column]) for column in kind.key) == kind.key_of(row)
    for part in kind.parts:
        for values in (one.values for one in rows if one.table == part.table.name):
            found: object = values
            for name in part.column.split("."):
                assert isinstance(found, dict)
                found = found[name]
            assert found == main[part.of]
            assert part.where.items() <= values.items()
            assert part.is_ours(values)


@each_example
def test_what_a_row_claims_is_a_value_of_its_main_table(row: Row) -> None:
    kind = kind_of(row)
    for claim in kind.claims:
        assert {*claim.columns, *kind.key} <= kind.table.columns
        assert claim.value(row)


def test_two_makers_of_a_membership_are_told_apart() -> None:
    """A member of a migrated group, and a new account in the group that all new ones join."""
    by_account, by_group = (
        next(
            (part, one.values)
            for part in kind_of(row).parts
            for one in kind_of(row).to_rows(row, CONTEXT)
            if part.table.name == one.table == "group_member"
        )
        for row in (user("bea"), group("Team", BEA))
    )
    for (part, _), (_, others) in ((by_account, by_group), (by_group, by_account)):
        assert not part.is_ours(others)


def test_a_parent_is_a_kind_that_comes_before() -> None:
    before: dict[str, int] = {}
    for kind in KINDS:
        if kind.parent is not None:
            assert kind.stage == before[kind.parent.kind] + 1
        before[kind.name] = kind.stage


def test_a_tag_is_known_per_person_whatever_its_name() -> None:
    kind = kind_of(TagRow("a/b", "A/B", BEA))
    (claim,) = kind.claims
    assert claim.value(TagRow("a/b", "A/B", BEA)) == f"{BEA}/a/b"
    assert claim.last(f"{BEA}/a/b") == "a/b"


def test_what_a_row_needs_is_a_kind() -> None:
    needs = [table.needs for table in WRITTEN if table.needs is not None]
    assert needs == [("file_id", "file")] * 2
    assert all(kind_named(name) for _, name in needs)

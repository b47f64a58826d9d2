"""Comparing rows: equal rows are equal, and no single change of a chat goes unnoticed."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.tables.registry import kind_of
from migrator_core.openwebui.verifying.access import compare_grants
from migrator_core.openwebui.verifying.accounts import compare_password
from migrator_core.openwebui.verifying.comparison import by_difference, compare, with_backup
from migrator_core.openwebui.verifying.facts import Facts, Gap
from migrator_core.rows import Grant, Row
from migrator_core.verification import HARMLESS, Difference
from tests.support import rows

CONTEXT = MappingContext(
    now=1_800_000_000, earliest_account=0, creator="admin", default_group=None, group_share=False,
    path="",
)  # fmt: skip
WRITTEN = 1_750_000_000
LATER = WRITTEN + 1000
OWN_HASH = "$2b$12$" + "x" * 53
Tables = dict[str, list[dict[str, Any]]]


def tables(row: Row) -> Tables:
    """The rows of an item, as a database gives them back."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in kind_of(row).to_rows(row, CONTEXT):
        found[one.table].append(json.loads(json.dumps(one.values)))
    return dict(found)


def facts_of(expected: Tables, **changes: Any) -> Facts:
    there = {("user", row["user_id"]) for row in expected.get("group_member", [])}
    there |= {("tag", f"{row['user_id']}/{row['id']}") for row in expected.get("tag", [])}
    there |= {("folder", "f1"), ("user", "carl")}
    return Facts(**{"since": WRITTEN, "there": frozenset(there), **changes})


def gaps_of(kind: str, expected: Tables, actual: Tables, **facts: Any) -> list[Gap]:
    return compare(kind, expected, actual, {}, facts_of(expected, **facts))


EVERY_KIND: list[Row] = [
    rows.user("bea"), rows.group("Team", "bea", "carl"), rows.tag("Later", "bea"),
    rows.folder("Travel", "bea"), rows.file("plan", "bea"), rows.chat("Trip", "bea"),
    rows.shared("Trip", "bea", Grant("user", "*", "read")),
    rows.prompt("greet", "bea", Grant("user", "carl", "read")), rows.model("one", "bea"),
]  # fmt: skip


@pytest.mark.parametrize("row", EVERY_KIND, ids=lambda row: type(row).__name__)
def test_what_comes_back_as_it_was_written_is_equal(row: Row) -> None:
    assert gaps_of(kind_of(row).name, tables(row), tables(row)) == []


def paths(value: object, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where the values of a document are that are no containers."""
    if isinstance(value, dict):
        return [path for key, inner in value.items() for path in paths(inner, (*at, key))]
    if isinstance(value, list):
        return [path for key, inner in enumerate(value) for path in paths(inner, (*at, key))]
    return [at]


def changed(value: object) -> object:
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value + "?"
        case _:
            return "?"


_MESSAGES = paths(tables(rows.chat("Trip", "bea"))["chat"][0]["chat"]["history"]["messages"])


@given(st.sampled_from(_MESSAGES))
def test_no_value_of_a_message_changes_unnoticed(path: tuple[Any, ...]) -> None:
    expected = tables(rows.chat("Trip", "bea"))
    actual = copy.deepcopy(expected)
    place = actual["chat"][0]["chat"]["history"]["messages"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = changed(place[path[-1]])
    gaps = gaps_of("chat", expected, actual)
    assert [gap.difference for gap in gaps] == [Difference.DIFFERS]
    assert gaps[0].what.startswith(f"message {path[0]}: ")


_COLUMNS = sorted(
    {
        (place, name)
        for place, row in enumerate(tables(rows.chat("Trip", "bea"))["chat_message"])
        for name, value in row.items()
        if value is not None and name not in {"id", "chat_id", "created_at", "updated_at"}
    }
)


@given(st.sampled_from(_COLUMNS))
def test_no_column_of_a_message_changes_unnoticed_even_in_a_continued_chat(
    column: tuple[int, str],
) -> None:
    expected = tables(rows.chat("Trip", "bea"))
    actual = copy.deepcopy(expected)
    place, name = column
    row = actual["chat_message"][place]
    row[name] = changed(row[name])
    actual["chat"][0]["updated_at"] = LATER
    gaps = gaps_of("chat", expected, actual)
    assert [(gap.difference, gap.what.split(": ")[-1]) for gap in gaps] == [
        (Difference.DIFFERS, f"{name} in chat_message")
    ]


@pytest.mark.parametrize("in_step", [True, False])
def test_an_edit_before_0_12_leaves_the_row_as_it_was(*, in_step: bool) -> None:
    expected = tables(rows.chat("Trip", "bea"))
    actual = copy.deepcopy(expected)
    actual["chat"][0]["chat"]["history"]["messages"]["a1"]["content"] = "Mine"
    actual["chat"][0]["updated_at"] = LATER
    (gap,) = gaps_of("chat", expected, actual, in_step=in_step)
    assert (gap.difference in HARMLESS) is not in_step


@pytest.mark.parametrize("kind", ["folder", "prompt", "model", "shared_chat", "group"])
def test_a_date_tells_whether_somebody_changed_it(kind: str) -> None:
    row = next(row for row in EVERY_KIND if kind_of(row).name == kind)
    expected = tables(row)
    actual = copy.deepcopy(expected)
    name = "title" if kind == "shared_chat" else "name"
    actual[kind][0][name] = "Other"
    assert [gap.difference for gap in gaps_of(kind, expected, actual)] == [Difference.DIFFERS]
    actual[kind][0]["updated_at"] = WRITTEN - 1  # before the run: not by a person, either
    assert [gap.difference for gap in gaps_of(kind, expected, actual)] == [Difference.DIFFERS]
    actual[kind][0]["updated_at"] = LATER
    (gap,) = gaps_of(kind, expected, actual)
    assert gap.difference is Difference.CHANGED_IN_OPEN_WEBUI


def grants(*principals: str, ours: bool = True) -> list[dict[str, Any]]:
    row = rows.prompt("greet", "bea", *(Grant("user", p, "read") for p in principals))
    found = tables(row).get("access_grant", [])
    return found if ours else [{**grant, "id": f"new {i}"} for i, grant in enumerate(found)]


@pytest.mark.parametrize(
    ("expected", "actual", "touched", "found"),
    [
        (grants("carl"), grants("carl"), False, None),
        (grants("carl"), grants("carl", ours=False), False, None),
        (grants("carl"), [], False, Difference.MISSING),
        (grants("carl"), [], True, Difference.CHANGED_IN_OPEN_WEBUI),
        (grants("gone"), [], False, Difference.CHANGED_IN_OPEN_WEBUI),
        (grants("carl"), grants("carl") + grants("*", ours=False), True, Difference.UNEXPECTED),
        (grants("carl"), grants("*", "carl", ours=False), False, Difference.CHANGED_IN_OPEN_WEBUI),
        ([], grants("*", ours=False), False, Difference.UNEXPECTED),
        ([], grants("*", ours=False), True, Difference.CHANGED_IN_OPEN_WEBUI),
        ([], grants("*"), False, Difference.UNEXPECTED),
    ],
)
def test_who_may_use_a_thing(
    expected: list[dict[str, Any]],
    actual: list[dict[str, Any]],
    touched: bool,
    found: Difference | None,
) -> None:
    gaps = list(compare_grants(expected, actual, facts_of({}), touched=touched))
    assert {gap.difference for gap in gaps} == ({found} if found else set())


@pytest.mark.parametrize(
    ("password", "stamp", "was_here", "by_person"),
    [
        (OWN_HASH, "new", False, True),
        (OWN_HASH, "old", True, False),
        ("", "new", True, False),
        (OWN_HASH, None, True, True),
        (OWN_HASH, None, False, False),
        ("$argon2id$v=19$x", None, True, True),
    ],
)
def test_another_password_by_its_person_or_by_damage(
    password: str,
    stamp: str | None,
    was_here: bool,
    by_person: bool,
) -> None:
    stamped = {} if stamp is None else {"session_stamp": "old"}
    expected = {"password": rows.HASH, **stamped}
    actual = {"password": password, "session_stamp": stamp}
    (gap,) = compare_password(expected, actual, was_here=was_here)
    assert gap.difference is (Difference.CHANGED_IN_OPEN_WEBUI if by_person else Difference.DIFFERS)
    assert password == "" or password not in gap.what


def test_what_the_backup_changed_is_no_damage() -> None:
    gaps = [
        Gap(Difference.DIFFERS, "content"), Gap(Difference.CHANGED_IN_OPEN_WEBUI, "title"),
        Gap(Difference.UNEXPECTED, "access"),
    ]  # fmt: skip
    outdated = by_difference(with_backup(gaps, touched=False))
    assert outdated == {
        Difference.OUTDATED: ["content", "title"],
        Difference.UNEXPECTED: ["access"],
    }
    mixed = by_difference(with_backup(gaps, touched=True))
    assert set(mixed) == {
        Difference.OUTDATED,
        Difference.CHANGED_IN_OPEN_WEBUI,
        Difference.UNEXPECTED,
    }


def test_a_message_that_librechat_deleted_is_no_damage() -> None:
    expected, actual = tables(rows.chat("Trip", "bea")), tables(rows.chat("Trip", "bea"))
    chat_id = expected["chat"][0]["id"]
    messages = expected["chat"][0]["chat"]["history"]["messages"]
    del messages["a1"]
    messages["q"]["childrenIds"].remove("a1")
    expected["chat_message"] = [
        row for row in expected["chat_message"] if row["id"] != f"{chat_id}-a1"
    ]
    (stranger,) = (gap.difference for gap in gaps_of("chat", expected, actual))
    assert stranger is Difference.UNEXPECTED
    brought = frozenset({(chat_id, "a1")})
    (known,) = (gap.difference for gap in gaps_of("chat", expected, actual, brought=brought))
    assert known is Difference.NOT_IN_BACKUP


def test_a_prompt_tells_of_its_first_version_where_it_came_from() -> None:
    expected, actual = tables(rows.prompt("greet", "bea")), tables(rows.prompt("greet", "bea"))
    expected["prompt"][0]["meta"]["librechat"]["version_id"] = "newer"
    expected["prompt_history"][0]["snapshot"]["meta"] = expected["prompt"][0]["meta"]
    assert gaps_of("prompt", expected, actual) == []
    actual["prompt"][0]["meta"]["librechat"]["id"] = "another prompt"
    assert [gap.what for gap in gaps_of("prompt", expected, actual)] == ["meta"]

"""The plan of an undo: what it answers, and that it does not search for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from migrator_core.openwebui.undoing.plan import Decision, Plan, Thing, Verdict
from migrator_core.undoing import Kept

CHAT, FILE = Thing("chat", "c1"), Thing("file", "f1")


@pytest.fixture
def plan(tmp_path: Path) -> Iterator[Plan]:
    with closing(Plan(tmp_path)) as opened:
        yield opened


def test_what_is_looked_at_next_is_found_by_an_index(plan: Plan, tmp_path: Path) -> None:
    plan.decide(CHAT, Verdict(Decision.KEEP, Kept.CHANGED))
    with closing(sqlite3.connect(tmp_path / "undo.db")) as notes:
        steps = notes.execute(
            "EXPLAIN QUERY PLAN SELECT kind, key, collection, source_id FROM plan"
            " WHERE looked = 0 AND decision IN ('keep', 'stays') LIMIT 100"
        )
        (step,) = [row[3] for row in steps]
    assert "(looked=? AND decision=?)" in step
    assert plan.next_to_look_at(100) == [CHAT]
    assert plan.next_to_look_at(100) == []


def test_what_is_gone_by_now_cannot_be_kept(plan: Plan) -> None:
    for thing in (CHAT, FILE):
        plan.decide(thing, Verdict(Decision.REMOVE))
    plan.done([FILE])
    assert plan.removable(["c1", "f1"]) == [CHAT]


def test_what_was_kept_since_does_not_go(plan: Plan) -> None:
    for thing in (CHAT, FILE):
        plan.decide(thing, Verdict(Decision.REMOVE))
    plan.keep("file", "f1", Kept.NEEDED, "by chat c2")
    assert plan.still(Decision.REMOVE, [CHAT, FILE]) == [CHAT]
    assert plan.removes("chat", "c1")
    assert not plan.removes("file", "f1")

"""Merging trees of messages: nothing gets lost, twice is once, and nobody's change is undone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.chat_document import LOST_FILE, NO_QUESTION
from migrator_core.openwebui.contents.choices import Choice
from migrator_core.openwebui.contents.messages import entry
from migrator_core.openwebui.contents.tree import MergedTree, merge_tree

Tree = dict[str, dict[str, Any]]


def tree(**parents: str) -> Tree:
    """Messages by id, each with its parent ("" for a root); who answers is told by the depth."""
    made: Tree = {}
    for time, (key, parent) in enumerate(parents.items(), 1):
        question = not parent or made[parent]["role"] == "assistant"
        made[key] = {
            "id": key, "parentId": parent or None, "childrenIds": [], "timestamp": time,
            "role": "user" if question else "assistant", "content": f"This is {key}.",
        }  # fmt: skip
        if parent:
            made[parent]["childrenIds"].append(key)
    return made


def ledger(messages: Tree) -> dict[str, str]:
    return {key: entry(message, message["parentId"]) for key, message in messages.items()}


def copy(messages: Tree) -> Tree:
    return {
        key: {**message, "childrenIds": list(message["childrenIds"])}
        for key, message in messages.items()
    }


def add(messages: Tree, key: str, parent: str | None, role: str = "user") -> None:
    """Somebody goes on in Open WebUI."""
    messages[key] = {
        "id": key, "parentId": parent, "childrenIds": [], "role": role, "content": f"Mine: {key}",
        "timestamp": 10_000 + len(messages),
    }  # fmt: skip
    if parent is not None:
        messages[parent]["childrenIds"].append(key)


def check(merged: MergedTree) -> None:
    """What Open WebUI relies on: links that agree, and no circle."""
    messages = merged.messages
    for key, message in messages.items():
        assert message["id"] == key
        below = [other for other, each in messages.items() if each["parentId"] == key]
        assert sorted(message["childrenIds"]) == sorted(below)
        seen = set()
        above: str | None = key
        while above is not None:
            assert above not in seen
            seen.add(above)
            above = messages[above]["parentId"]


def test_new_messages_go_below_their_parents_beside_what_people_added() -> None:
    before = tree(q="", a="q")
    there = copy(before)
    add(there, "mine", "a")
    merged = merge_tree(tree(q="", a="q", q2="a", a2="q2"), there, ledger(before))
    assert merged.messages["a"]["childrenIds"] == ["q2", "mine"]  # the earlier one first
    assert merged.messages["mine"] == there["mine"]
    assert merged.choices == {
        "q": Choice.SAME, "a": Choice.SAME, "q2": Choice.BRING, "a2": Choice.BRING
    }  # fmt: skip
    check(merged)


@pytest.mark.parametrize("touched", [False, True])
def test_a_message_is_replaced_where_it_still_is_ours(touched: bool) -> None:
    before = tree(q="", a="q")
    there = copy(before)
    there["a"]["followUps"] = ["And then?"]  # what a page adds by itself
    if touched:
        there["a"]["content"] = "Somebody's own words"
    now = copy(before)
    now["a"]["content"] = "Corrected"
    merged = merge_tree(now, there, ledger(before))
    assert merged.choices["a"] is (Choice.KEEP if touched else Choice.BRING)
    expected = "Somebody's own words" if touched else "Corrected"
    assert merged.messages["a"]["content"] == expected
    assert merged.messages["a"]["followUps"] == ["And then?"]
    assert merged.messages["a"]["childrenIds"] == there["a"]["childrenIds"]


def test_a_rating_of_somebody_is_a_change() -> None:
    before = tree(q="", a="q")
    there = copy(before)
    there["a"]["annotation"] = {"rating": -1}
    now = copy(before)
    now["a"]["content"] = "Corrected"
    assert merge_tree(now, there, ledger(before)).choices["a"] is Choice.KEEP


def test_what_was_removed_stays_away_and_what_follows_it_finds_a_place() -> None:
    before = tree(q="", a="q", q2="a", a2="q2")
    there = copy(before)
    del there["q2"], there["a2"]
    there["a"]["childrenIds"] = []
    merged = merge_tree(tree(q="", a="q", q2="a", a2="q2", q3="a2"), there, ledger(before))
    assert [merged.choices[key] for key in ("q2", "a2")] == [Choice.REMOVED] * 2
    assert merged.messages["q3"]["parentId"] == "a"
    again = merge_tree(tree(q="", a="q", q2="a", a2="q2", q3="a2"), merged.messages, merged.written)
    assert not again.changed
    check(merged)


def test_an_answer_whose_question_was_removed_is_no_beginning_of_its_own() -> None:
    before = tree(q="", a="q", q2="a")
    there = copy(before)
    del there["q"], there["a"]
    there["q2"]["parentId"] = None
    merged = merge_tree(tree(q="", a="q", q2="a", a1="q"), there, ledger(before))
    assert merged.choices["a1"] is Choice.REMOVED
    assert merged.messages.keys() == {"q2"}


def test_a_message_that_comes_later_takes_its_place_between() -> None:
    whole = tree(q="", a="q", q2="a", a2="q2")
    before = tree(q="", a="q")
    before["a2"] = {**whole["a2"], "parentId": "a"}  # its question could not be read
    before["a"]["childrenIds"] = ["a2"]
    merged = merge_tree(whole, copy(before), ledger(before))
    assert merged.messages["a2"]["parentId"] == "q2"
    check(merged)
    # A later backup that lacks the question again moves nothing back.
    again = merge_tree(before, merged.messages, merged.written)
    assert not again.changed
    assert again.messages == merged.messages


def test_a_message_that_may_say_less_replaces_nothing() -> None:
    before = tree(q="", a="q")
    now = copy(before)
    now["a"]["content"] = "This message could not be converted."
    merged = merge_tree(now, copy(before), ledger(before), unsure={"a"})
    assert merged.choices["a"] is Choice.SAME
    assert not merged.changed
    assert merged.written == ledger(before)


@pytest.mark.parametrize(
    ("before", "now", "brought"),
    [
        ("ab", "b", True),
        ("ab", "c", False),
        ("b", "ab", False),
        ("aab", "ab", True),
        ("", "", False),
    ],
)
def test_a_message_that_lacks_fewer_files_is_brought(before: str, now: str, brought: bool) -> None:
    def lacking(names: str) -> str:
        return "Look:" + "".join(name.join(LOST_FILE) for name in names)

    there, ours = tree(q="", a="q"), tree(q="", a="q")
    there["a"]["content"], ours["a"]["content"] = lacking(before), lacking(now)
    merged = merge_tree(ours, copy(there), ledger(there), unsure={"a"})
    assert merged.changed is brought


def test_of_an_older_ledger_new_messages_come_and_differences_stay() -> None:
    there = tree(q="", a="q")
    there["a"]["content"] = "Whoever wrote this"
    merged = merge_tree(tree(q="", a="q", q2="a"), there, None)
    assert merged.choices == {"q": Choice.SAME, "a": Choice.KEEP, "q2": Choice.BRING}
    assert merged.written.keys() == {"q", "q2"}


parents = st.lists(st.integers(0, 10_000), min_size=1, max_size=25)


def grown(picks: list[int]) -> Tree:
    keys: dict[str, str] = {}
    for number, pick in enumerate(picks):
        keys[f"m{number}"] = f"m{pick % number}" if number else ""
    return tree(**keys)


@given(parents, st.integers(1, 25), st.data())
def test_nothing_is_lost_and_twice_is_once(
    picks: list[int], first: int, data: st.DataObject
) -> None:
    now = grown(picks)
    before = grown(picks[:first])
    there = copy(before)
    mine = []
    for number in range(data.draw(st.integers(0, 4))):
        parent = data.draw(st.sampled_from(sorted(there)))
        add(there, f"own{number}", parent, data.draw(st.sampled_from(["user", "assistant"])))
        mine.append(f"own{number}")
    edited = data.draw(st.sets(st.sampled_from(sorted(before))))
    for key in edited:
        there[key]["content"] = "Edited here"
    for key in data.draw(st.sets(st.sampled_from(sorted(now)))):
        now[key]["content"] = "Edited there"
    theirs = copy(there)
    merged = merge_tree(now, there, ledger(before))
    assert there == theirs  # what was read is not changed
    assert merged.messages.keys() == there.keys() | now.keys()
    assert [merged.messages[key]["content"] for key in (*edited, *mine)] == [
        there[key]["content"] for key in (*edited, *mine)
    ]
    roots = [key for key, message in merged.messages.items() if message["parentId"] is None]
    assert roots == ["m0"]
    check(merged)
    again = merge_tree(now, merged.messages, merged.written)
    assert not again.changed
    assert Choice.BRING not in again.choices.values()
    assert again.messages == merged.messages


@given(parents, st.data())
def test_removed_messages_never_return(picks: list[int], data: st.DataObject) -> None:
    now = grown(picks)
    there = copy(now)
    for gone in data.draw(st.sets(st.sampled_from(sorted(now)))):
        message = there.pop(gone)
        for other in there.values():  # as Open WebUI does: what is below moves up
            if other["parentId"] == gone:
                other["parentId"] = message["parentId"]
    for key, message in there.items():
        message["childrenIds"] = [k for k, each in there.items() if each["parentId"] == key]
    merged = merge_tree(now, there, ledger(now))
    assert merged.messages.keys() == there.keys()
    assert not merged.added
    assert not merged.changed


def made_up(answer: str) -> Tree:
    """What a backup gives that lacks the question: an answer below one that we made up."""
    found = tree(made="", **{answer: "made"})
    found["made"]["content"] = NO_QUESTION
    return found


def test_a_made_up_question_gives_way_to_the_real_one() -> None:
    before = made_up("a")
    merged = merge_tree(tree(q="", a="q"), copy(before), ledger(before))
    assert merged.messages.keys() == {"q", "a"}
    assert merged.messages["a"]["parentId"] == "q"
    assert merged.messages["q"]["childrenIds"] == ["a"]
    assert merged.dropped == ["made"]
    check(merged)
    again = merge_tree(tree(q="", a="q"), merged.messages, merged.written)
    assert not again.changed
    assert again.dropped == []


def test_a_made_up_question_stays_where_somebody_wrote_below_it_or_into_it() -> None:
    before = made_up("a")
    there = copy(before)
    add(there, "mine", "made", "assistant")
    merged = merge_tree(tree(q="", a="q"), there, ledger(before))
    assert merged.messages["a"]["parentId"] == "q"
    assert merged.messages["mine"]["parentId"] == "made"
    check(merged)
    there = copy(before)
    there["made"]["content"] = "My own question"
    merged = merge_tree(tree(q="", a="q"), there, ledger(before))
    assert merged.messages["a"]["parentId"] == "made"
    check(merged)


def test_a_backup_that_lacks_the_question_takes_it_from_no_answer() -> None:
    before = tree(q="", a="q")
    merged = merge_tree(made_up("a"), copy(before), ledger(before))
    assert merged.messages == before
    assert not merged.changed

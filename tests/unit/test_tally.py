"""The sums of a report."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator_core.outcome import Outcome, Reason, State
from migrator_core.tally import Tally


def test_a_document_without_an_outcome_breaks_the_sum() -> None:
    tally = Tally()
    tally.found("users", 2)
    tally.add(Outcome("users", "1", State.MIGRATED))
    assert tally.unbalanced() == ["users"]
    tally.add(Outcome("users", "2", State.SKIPPED, reason=Reason.NO_EMAIL))
    assert tally.unbalanced() == []


outcomes = st.lists(
    st.tuples(st.sampled_from(["users", "files"]), st.sampled_from(State), st.integers(0, 9))
)


@given(outcomes)
def test_documents_and_bytes_add_up_whatever_comes(steps: list[tuple[str, State, int]]) -> None:
    tally = Tally()
    for collection, state, size in steps:
        reason = Reason.SECRET if state in {State.SKIPPED, State.FAILED} else None
        tally.found(collection, 1, size)
        tally.add(Outcome(collection, "x", state, reason=reason, size=size))
    assert tally.unbalanced() == []
    for entry in tally.to_json().values():
        parts = entry["migrated"] + entry["existing"]
        parts += sum(entry["skipped"].values()) + sum(entry["failed"].values())
        assert entry["found"] == parts
        if "bytes" in entry:
            sizes = dict(entry["bytes"])
            assert sizes.pop("found") == sum(sizes.values())


def test_what_was_not_done_is_what_was_counted_without_an_outcome() -> None:
    tally = Tally()
    tally.expect({"users": 3, "files": 2, "messages": None})
    tally.found("users", 2)
    tally.add(Outcome("users", "1", State.MIGRATED))
    entries = tally.to_json(ended_early=True)
    left = {name: entry["not_done"] for name, entry in entries.items()}
    assert left == {"users": 2, "files": 2, "messages": None}
    tally.found("messages", 5)
    assert tally.to_json(ended_early=True)["messages"]["not_done"] == 5
    tally.found("files", 4)  # more than a first look could see
    assert tally.to_json(ended_early=True)["files"]["not_done"] == 4
    assert all("not_done" not in entry for entry in tally.to_json().values())

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

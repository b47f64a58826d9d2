"""The closed vocabulary of what can become of a document and of a run."""

from __future__ import annotations

import pytest

from migrator_core.explanations import EXPLANATIONS
from migrator_core.outcome import Outcome, Reason, RunState, State, WarningCode


def test_every_code_is_explained_once_and_in_a_sentence() -> None:
    codes = {*Reason, *WarningCode}
    assert set(EXPLANATIONS) == codes
    assert len({code.value for code in codes}) == len(codes)
    assert all(text.endswith(".") for text in EXPLANATIONS.values())


def test_a_skip_needs_a_reason_and_a_migration_has_none() -> None:
    with pytest.raises(ValueError, match="skipped"):
        Outcome("users", "1", State.SKIPPED)
    with pytest.raises(ValueError, match="migrated"):
        Outcome("users", "1", State.MIGRATED, reason=Reason.SECRET)


def test_the_state_of_a_run_of_a_newer_version_is_unknown() -> None:
    assert RunState("finished") is RunState.FINISHED
    assert RunState("verified") is RunState.UNKNOWN

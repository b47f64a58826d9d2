"""The one list of phases holds together."""

from __future__ import annotations

from migrator_core.librechat.collection_names import KNOWN
from migrator_core.runs.phases import PHASES
from migrator_core.runs.phases.other_collections import SECRETS
from migrator_core.runs.results import Answered


def test_what_a_phase_needs_an_earlier_one_leaves() -> None:
    left: set[type] = {Answered}
    for phase in PHASES:
        missing = {need.__name__ for need in phase.needs if need not in left}
        assert not missing, f"{phase.name} needs {missing}, which nothing before it leaves"
        if phase.leaves is not None:
            assert phase.leaves not in left, f"{phase.leaves.__name__} is left twice"
            left.add(phase.leaves)


def test_each_collection_is_answered_for_once() -> None:
    answered = [name for phase in PHASES for name in sorted(phase.collections)]
    assert sorted(answered) == sorted(set(answered))
    assert set(answered) <= KNOWN
    assert not set(answered) & SECRETS


def test_names_and_labels_tell_phases_apart() -> None:
    assert len({phase.name for phase in PHASES}) == len(PHASES)
    assert len({phase.label for phase in PHASES}) == len(PHASES)
    assert all(phase.label[0].isupper() for phase in PHASES)

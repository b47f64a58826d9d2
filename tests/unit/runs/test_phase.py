"""What phases leave for each other."""

from __future__ import annotations

import pytest

from migrator_core.runs.phase import Handover
from migrator_core.runs.results import Folders, Groups


def test_a_later_phase_gets_what_it_says_it_needs() -> None:
    handover = Handover()
    groups = Groups({"a": "b"}, {}, None)
    handover.leave(Groups, groups)
    assert handover.get(Groups, (Groups,)) is groups


def test_what_a_phase_does_not_declare_it_does_not_get() -> None:
    handover = Handover()
    handover.leave(Groups, Groups({}, {}, None))
    with pytest.raises(LookupError, match="not among the needs"):
        handover.get(Groups, (Folders,))


def test_what_nobody_left_is_an_error() -> None:
    with pytest.raises(LookupError, match="no earlier phase left Groups"):
        Handover().get(Groups, (Groups,))


def test_nothing_is_left_twice_or_as_something_else() -> None:
    handover = Handover()
    handover.leave(Groups, Groups({}, {}, None))
    with pytest.raises(ValueError, match="two phases leave Groups"):
        handover.leave(Groups, Groups({}, {}, None))
    with pytest.raises(TypeError, match="no Folders"):
        handover.leave(Folders, Groups({}, {}, None))

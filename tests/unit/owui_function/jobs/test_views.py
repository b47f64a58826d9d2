from __future__ import annotations

from typing import Any

import pytest

from migrator_core import PHASES
from migrator_core.progress import Progress
from migrator_core.wording import duration
from owui_function.jobs.views import PhaseState, view_of


def _progress(**values: Any) -> dict[str, Any]:
    return {
        "phase": "conversations", "phase_number": 10, "done": 1234, "total": 5000,
        "history": [["users", 7], ["files", 3]], "elapsed": 12.5, "rate": 99.6, "remaining": 38.2,
        "warnings": 2, **values,
    }  # fmt: skip


def test_every_phase_has_a_name_for_people_and_a_state() -> None:
    view = view_of(_progress(), preview=False)
    assert len(view.phases) == len(PHASES)
    assert not {phase.label for phase in view.phases} & {phase.name for phase in PHASES}
    states = {each.name: phase for each, phase in zip(PHASES, view.phases, strict=True)}
    assert (states["users"].state, states["users"].done) == (PhaseState.DONE, 7)
    assert (states["conversations"].state, states["conversations"].total) == (PhaseState.NOW, 5000)
    assert states["agents"].state is PhaseState.WAITING
    assert [phase.state for phase in view.phases].count(PhaseState.NOW) == 1
    assert (view.rate, view.remaining, view.warnings) == (99.6, 38.2, 2)


@pytest.mark.parametrize(
    ("preview", "stopping", "begin"),
    [
        (True, False, "Previewing: "),
        (False, False, "Migrating: "),
        (False, True, "Stopping after this batch: "),
        (True, True, "Stopping after this batch: "),
    ],
)
def test_the_line_says_what_goes_on_in_plain_words(
    preview: bool, stopping: bool, begin: str
) -> None:
    line = view_of(_progress(), preview=preview, stopping=stopping).line
    assert line == (f"{begin}conversations and messages, 1,234 of 5,000 (step 10 of {len(PHASES)})")
    assert view_of({}, preview=preview, stopping=stopping).line == f"{begin}getting ready"


def test_a_total_that_nobody_knows_is_not_invented() -> None:
    view = view_of(_progress(total=None, remaining=None), preview=False)
    assert "1,234 (step" in view.line
    assert view.remaining is None


@pytest.mark.parametrize("progress", [{}, {"phase": None, "history": None}, {"phase": "a new one"}])
def test_the_ledger_of_another_version_is_shown_as_far_as_it_goes(
    progress: dict[str, Any],
) -> None:
    view = view_of(progress, preview=False)
    assert all(phase.state is PhaseState.WAITING for phase in view.phases)
    assert view.rate == 0


def test_the_progress_of_a_run_is_what_the_view_reads() -> None:
    progress = Progress()
    assert set(_progress()) <= set(progress.to_json()) | {"remaining"}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (59.9, "59 s"), (60, "1 min 00 s"), (3599, "59 min 59 s"),
        (3600, "1 h 00 min"), (90_061, "25 h 01 min"),
    ],
)  # fmt: skip
def test_durations_are_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words

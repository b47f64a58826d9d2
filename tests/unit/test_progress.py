"""Progress: what a display is told."""

from __future__ import annotations

from migrator_core.outcome import Notice, WarningCode
from migrator_core.progress import Event, EventKind, Progress


def test_counts_rate_and_time_left_of_the_phase_that_runs() -> None:
    now = 100.0
    progress = Progress(phase_count=2, clock=lambda: now)
    progress.start("users", 10)
    now = 102.0
    progress.advance(4)
    state = progress.snapshot()
    assert (state.phase, state.done, state.total) == ("users", 4, 10)
    assert (state.rate, state.remaining) == (2.0, 3.0)

    progress.start("files")
    assert progress.history == [("users", 4)]
    state = progress.snapshot()
    assert (state.phase_number, state.phase_count, state.done) == (2, 2, 0)
    assert state.remaining is None
    assert state.elapsed == 2.0


def test_listeners_hear_phases_and_warnings() -> None:
    heard: list[Event] = []
    progress = Progress(listeners=[heard.append])
    progress.start("users")
    progress.warn(Notice(WarningCode.AVATAR_LOST, "Alice has no picture."))
    assert [event.kind for event in heard] == [EventKind.PHASE, EventKind.WARNING]
    assert heard[1].code == "avatar-lost"
    assert progress.snapshot().warnings == 1

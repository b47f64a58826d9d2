from __future__ import annotations

import gc

from owui_function.jobs.yielding import set_server_aside, taking_turns


class Clock:
    """Time that passes only while somebody works or sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


def longest_turn(work: float, rounds: int) -> tuple[float, float]:
    """The longest time without a pause, and all the time asleep."""
    clock = Clock()
    pause = taking_turns(lambda: clock.now, clock.sleep)
    longest = turn = 0.0
    for _ in range(rounds):
        clock.now += work
        turn += work
        before = clock.slept
        pause()
        longest = max(longest, turn)
        if clock.slept > before:
            turn = 0.0
    return longest, clock.slept


def test_others_never_wait_long_for_their_turn() -> None:
    longest, slept = longest_turn(work=0.0001, rounds=10_000)
    assert longest < 0.002
    assert slept < 0.2 * 10_000 * 0.0001, "the pauses cost a fifth of the work's time or less"


def test_work_that_is_long_by_itself_is_followed_by_a_pause_each_time() -> None:
    longest, _ = longest_turn(work=0.02, rounds=10)
    assert longest == 0.02


def test_collections_do_not_look_at_what_was_there_before() -> None:
    before = len(gc.get_objects())
    try:
        set_server_aside()
        assert len(gc.get_objects()) < before / 2
    finally:
        gc.unfreeze()

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.neighbour.samples import (
    Sample,
    Window,
    every_wake_up,
    figures,
    read,
    within,
    write,
)


def test_wake_ups_that_a_stall_swallowed_are_late_as_well() -> None:
    calm = [Sample(n * 0.005, n * 0.005 + 0.0001, "loop") for n in range(100)]
    stalled = Sample(0.5, 1.0, "loop")
    seen = list(every_wake_up([*calm, stalled]))
    assert len(seen) == pytest.approx(200, abs=2)
    assert figures(seen).p99 == pytest.approx(495, abs=10)
    assert figures([*calm, stalled]).p50 < 1, "without them one stall in 101 samples"


def test_figures_say_how_many_failed() -> None:
    found = figures([Sample(0, 0.1, "list"), Sample(1, 1.3, "list", ok=False)])
    assert (found.count, found.failed) == (2, 1)
    assert found.longest == pytest.approx(300)
    assert figures([]).count == 0


def test_what_touches_a_window_counts() -> None:
    window = Window("run", 10, 20)
    samples = [Sample(8, 9, "a"), Sample(9, 11, "b"), Sample(19, 30, "c"), Sample(21, 22, "d")]
    assert [sample.kind for sample in within(samples, window)] == ["b", "c"]


def test_notes_are_read_up_to_the_last_whole_line(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    sample = Sample(1.25, 2.5, "save", ok=False)
    with notes.open("w") as file:
        write(file, sample)
        file.write("3.5 4.")
    assert read(notes) == [sample]

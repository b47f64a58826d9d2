"""Begins and ends that the observers wrote down, and figures made of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

LOOP_STEP = 0.005
"""Seconds between two wake-ups that the event loop is asked for."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Something that was observed: ``began`` and ``ended`` in seconds of the monotonic clock."""

    began: float
    ended: float
    kind: str
    ok: bool = True

    @property
    def milliseconds(self) -> float:
        """How long it took."""
        return (self.ended - self.began) * 1000


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which something went on: from and to in seconds of the monotonic clock."""

    name: str
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Figures:
    """A distribution, in milliseconds; ``failed`` counts samples that did not go well."""

    count: int
    p50: float
    p99: float
    longest: float
    failed: int = 0

    def to_json(self) -> dict[str, float]:
        """The figures to two decimals."""
        return {name: round(value, 2) for name, value in asdict(self).items()}


def write(file: TextIO, sample: Sample) -> None:
    """Write one down."""
    file.write(f"{sample.began!r} {sample.ended!r} {sample.kind} {int(sample.ok)}\n")


def read(path: Path) -> list[Sample]:
    """What an observer wrote down; a line that is being written is left out."""
    samples = []
    for line in path.read_text().splitlines(keepends=True):
        if line.endswith("\n"):
            began, ended, kind, ok = line.split()
            samples.append(Sample(float(began), float(ended), kind, ok == "1"))
    return samples


def within(samples: Iterable[Sample], window: Window) -> Iterator[Sample]:
    """The samples that touch a window."""
    return (s for s in samples if s.ended >= window.began and s.began <= window.ended)


def figures(samples: Sequence[Sample]) -> Figures:
    """The distribution of how long the samples took."""
    taken = sorted(sample.milliseconds for sample in samples)
    if not taken:
        return Figures(0, 0.0, 0.0, 0.0)
    return Figures(
        count=len(taken),
        p50=statistics.median(taken),
        p99=taken[int(len(taken) * 0.99)],
        longest=taken[-1],
        failed=sum(not sample.ok for sample in samples),
    )


def every_wake_up(samples: Iterable[Sample]) -> Iterator[Sample]:
    """The wake-ups of the loop with the ones that a stall swallowed.

    A stall of half a second makes one sample and hides a hundred wake-ups that were due in it. Each
    of these was late as well; without them a few long stalls would vanish among short ones.
    """
    for sample in samples:
        due = sample.began
        while due <= sample.ended or due == sample.began:
            yield Sample(due, sample.ended, sample.kind)
            due += LOOP_STEP

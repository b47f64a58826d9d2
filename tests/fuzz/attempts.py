"""What came of one damaged input, and the bounds that every one has to keep."""

from __future__ import annotations

import resource
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType

LONGEST = 5.0
"""Seconds that any input may take."""

MEMORY = 200 * 1024
"""KiB that the process may grow by at an input."""


@dataclass(frozen=True)
class Attempt:
    """What was done to which kind of input, how it ended, and what is wrong with that."""

    seed: int
    kind: str
    mutation: str
    ended: str
    wrong: str | None = None


class HangError(Exception):
    """An input took longer than any may."""


class Bounds:
    """Time and memory: the peak so far is what the next input is measured against."""

    def __init__(self) -> None:
        self._peak = _peak()

    def within(self, work: Callable[[], tuple[str, str | None]]) -> tuple[str, str | None]:
        """How the work ended and what is wrong with it; bounds and crashes included."""
        before = signal.signal(signal.SIGALRM, _hangs)
        signal.setitimer(signal.ITIMER_REAL, LONGEST * 60)  # by the clock, which others use too
        began = time.process_time()
        try:
            ended, wrong = work()
        except Exception as error:  # noqa: BLE001 - every one is what is looked for
            ended, wrong = "crashed", "".join(traceback.format_exception(error)[-4:])
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        took, peak = time.process_time() - began, _peak()
        grown, self._peak = peak - self._peak, max(peak, self._peak)
        if wrong is None and took > LONGEST:
            wrong = f"it took {took:.1f} s"
        if wrong is None and grown > MEMORY:
            wrong = f"it took {grown // 1024} MiB"
        return ended, wrong


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _hangs(number: int, frame: FrameType | None) -> None:
    raise HangError(f"still at it (signal {number}, {frame})")


def table(attempts: Sequence[Attempt], heading: str, row: Callable[[Attempt], str]) -> list[str]:
    """How many of each row ended how, as lines."""
    counts = Counter((row(attempt), attempt.ended) for attempt in attempts)
    endings = sorted({attempt.ended for attempt in attempts})
    lines = [f"{heading:36}" + "".join(f"{ending:>17}" for ending in endings)]
    return lines + [
        f"{name:36}" + "".join(f"{counts[name, ending]:>17,}" for ending in endings)
        for name in sorted({row(attempt) for attempt in attempts})
    ]

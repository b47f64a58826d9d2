"""How much memory a process and all its children take at their peak."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Self

_EVERY = 0.05
"""Seconds between two looks."""


class Peak:
    """A context manager that looks on; ``megabytes`` is the largest sum that it saw.

    What several processes share counts once (the proportional set size of ``smaps_rollup``).
    """

    def __init__(self, pid: int) -> None:
        self.megabytes = 0.0
        self._pid = pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._done.wait(_EVERY):
            size = sum(map(_proportional, _family(self._pid)))
            self.megabytes = max(self.megabytes, size / 1024)


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        try:
            children = Path(f"/proc/{each}/task/{each}/children").read_text()
        except OSError:
            continue
        found += map(int, children.split())
    return found


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)

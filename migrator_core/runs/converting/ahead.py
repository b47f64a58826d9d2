"""Steps in their order, of which some are still being made by other processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from migrator_core.runs.converting.job import Answer, Setup
from migrator_core.runs.converting.worker import convert_some, remember
from migrator_core.runs.steps import Pending, Step

_TOGETHER = 256 * 1024
"""Bytes of messages that are handed over at once: with fewer, handing over costs too much."""

_AT_MOST = 16
"""Conversations that are handed over at once."""

_ON_THEIR_WAY = 6 * 1024 * 1024
"""Bytes of messages that others may have before an answer is waited for: memory stays flat."""

_Answers: TypeAlias = "Future[list[Answer | None]]"


@dataclass(slots=True)
class Ahead:
    """Hands conversations over, and gives all steps in the order in which they came.

    ``setup`` is the file that tells the processes what all conversations have in common. Where they
    cannot go on (one was killed for want of memory, say), everything else is left to the caller.
    """

    pool: Executor
    setup: Path
    _batch: list[Pending] = field(default_factory=list)
    _batch_size: int = 0
    _places: dict[Pending, tuple[_Answers, int]] = field(default_factory=dict)
    _lost: bool = False

    @classmethod
    def begin(cls, pool: Executor, setup: Setup) -> Ahead:
        """Tell the processes what all conversations have in common."""
        path = setup.notes / "setup"
        remember(setup, path)
        return cls(pool, path)

    def in_order(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The steps, with those of pending conversations in their places."""
        waiting: deque[Step] = deque()
        size = 0
        for step in steps:
            waiting.append(step)
            if isinstance(step, Pending):
                size += step.job.size
                self._add(step)
            while waiting and (size > _ON_THEIR_WAY or not isinstance(waiting[0], Pending)):
                first = waiting.popleft()
                size -= first.job.size if isinstance(first, Pending) else 0
                yield from self._settled(first)
        for first in waiting:
            yield from self._settled(first)

    def _settled(self, step: Step) -> Iterator[Step]:
        if isinstance(step, Pending):
            yield from step.finish(self._answer(step))
        else:
            yield step

    def _add(self, pending: Pending) -> None:
        self._batch.append(pending)
        self._batch_size += pending.job.size
        if self._batch_size >= _TOGETHER or len(self._batch) >= _AT_MOST:
            self._hand_over()

    def _hand_over(self) -> None:
        batch, self._batch, self._batch_size = self._batch, [], 0
        if self._lost:
            return
        jobs = [pending.job for pending in batch]
        try:
            answers = self.pool.submit(convert_some, self.setup, jobs)
        except RuntimeError:  # it is broken, or was shut down
            self._lost = True
            return
        self._places |= {each: (answers, place) for place, each in enumerate(batch)}

    def _answer(self, pending: Pending) -> Answer | None:
        if pending in self._batch:
            self._hand_over()
        if pending not in self._places:
            return None
        answers, place = self._places.pop(pending)
        try:
            return answers.result()[place]
        except (BrokenProcessPool, CancelledError, OSError):
            self._lost = True
            return None

"""A run's identity and state: the one place that knows them."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

from migrator_core import __version__
from migrator_core.outcome import Mode, RunState
from migrator_core.report import RunInfo


@dataclass(slots=True)
class Course:
    """One run from its start to its end. Times are seconds since the epoch."""

    id: str
    mode: Mode
    started: int
    open_webui_version: str
    state: RunState = RunState.RUNNING
    ended: int | None = None

    @classmethod
    def begin(cls, mode: Mode, *, open_webui_version: str) -> Course:
        """A run that starts now."""
        started = int(time.time())
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(started))
        return cls(f"{stamp}-{uuid.uuid4().hex[:6]}", mode, started, open_webui_version)

    def end(self, state: RunState) -> None:
        """The run is over, now."""
        self.state = state
        self.ended = int(time.time())

    def info(self) -> RunInfo:
        """The run as reports name it."""
        return RunInfo(
            id=self.id,
            mode=self.mode,
            started_at=self.started,
            finished_at=self.started if self.ended is None else self.ended,
            tool_version=__version__,
            open_webui_version=self.open_webui_version,
            state=self.state,
        )

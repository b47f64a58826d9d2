"""The run whose stages are timed: ``python -m benchmarks.stages_inside FIGURES run --backup …``."""

from __future__ import annotations

import importlib
import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

from migrator_core.cli import main as command_line
from migrator_core.openwebui import OpenWebUI
from migrator_core.runs.driver import Driver
from migrator_core.runs.phase import Phase

_CORE = "migrator_core"
STAGES: Mapping[str, tuple[str, ...]] = {
    "index": (f"{_CORE}.librechat.message_index:MessageIndex.build",),
    "read": (
        f"{_CORE}.librechat.message_index:MessageIndex.take_stored",
        f"{_CORE}.librechat.message_index:MessageIndex.decode",
    ),
    "source digest": (f"{_CORE}.runs.phases.unchanged:Unchanges.source",),
    "parse": (f"{_CORE}.runs.phases.chats:parse",),
    "references": (f"{_CORE}.runs.phases.chats:find_references",),
    "convert": (f"{_CORE}.runs.phases.chats:convert_conversation",),
    "fingerprint": (f"{_CORE}.runs.phases.chats:fingerprint",),
    "steps": (f"{_CORE}.runs.driver:_portion",),
    "prepare": (f"{_CORE}.openwebui.writing.preparation:prepare",),
    "encode": (f"{_CORE}.openwebui.writing.prepared:encode_rows",),
    "digests": (f"{_CORE}.openwebui.contents.chat:ChatContents.digests",),
}
"""By name, the functions that a stage consists of: module, colon, name."""


class Clock:
    """Processor time by stage; every thread has stages of its own."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._open = threading.local()

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its time counted."""

        @wraps(function)
        def call(*arguments: object, **named: object) -> object:
            outer: list[float] | None = getattr(self._open, "inner", None)
            self._open.inner = inner = [0.0]
            began = time.thread_time()
            try:
                return function(*arguments, **named)
            finally:
                took = time.thread_time() - began
                self.spent[name] += took - inner[0]
                self._open.inner = outer
                if outer is not None:
                    outer[0] += took

        return call


def main() -> None:
    """Time the stages of one call of the command line."""
    figures, *words = sys.argv[1:]
    clock = Clock()
    for name, places in STAGES.items():
        for place in places:
            _wrap(clock, name, place)
    _time_driver(clock)
    began: list[float] = []
    _note_loop(clock, began)
    status = command_line(words)
    clock.spent["start"] = began[0]
    clock.spent["whole"] = time.process_time()
    Path(figures).write_text(json.dumps(clock.spent))
    sys.exit(status)


def _wrap(clock: Clock, name: str, place: str) -> None:
    module, _, path = place.partition(":")
    holder: Any = importlib.import_module(module)
    *above, own = path.split(".")
    for part in above:
        holder = getattr(holder, part)
    setattr(holder, own, clock.timed(name, getattr(holder, own)))


def _time_driver(clock: Clock) -> None:
    """All that a thread of aiosqlite does for a connection: SQLite itself, nearly."""
    connection: Any = importlib.import_module("aiosqlite.core").Connection
    execute = connection._execute  # noqa: SLF001 - every call of a connection goes through it

    async def timed(
        self: object, function: Callable[..., Any], *rest: object, **named: object
    ) -> Any:  # noqa: ANN401
        return await execute(self, clock.timed("database", function), *rest, **named)

    connection._execute = timed  # noqa: SLF001


def _note_loop(clock: Clock, began: list[float]) -> None:
    """What the thread of the event loop takes while phases are driven."""
    drive = Driver.drive

    async def noted(self: Driver, phase: Phase, target: OpenWebUI) -> None:
        if not began:
            began.append(time.process_time())
        before = time.thread_time()
        try:
            await drive(self, phase, target)
        finally:
            clock.spent["event loop"] += time.thread_time() - before

    Driver.drive = noted  # type: ignore[method-assign]


if __name__ == "__main__":
    main()

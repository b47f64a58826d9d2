"""Open WebUI's server with a task that notes how late its event loop wakes it.

Words: the port, the file for the notes. The server runs as ``uvicorn open_webui.main:app`` does.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import uvicorn

from benchmarks.neighbour.samples import LOOP_STEP, Sample, write

_FLUSH_SECONDS = 0.5
_FULL = 2


async def watch(notes: Path) -> None:
    """Ask to be woken every few milliseconds and note when it happened."""
    due = flushed = time.monotonic()
    with notes.open("w") as file:
        gc.callbacks.append(_collections(file))
        while True:
            due += LOOP_STEP
            await asyncio.sleep(due - time.monotonic())
            woke = time.monotonic()
            write(file, Sample(due, woke, "loop"))
            if woke - flushed > _FLUSH_SECONDS:
                file.flush()
                flushed = woke
            # The wake-ups that were due meanwhile are added when the notes are read.
            due += max(int((woke - due) / LOOP_STEP), 0) * LOOP_STEP


def _collections(file: TextIO) -> Callable[[str, dict[str, int]], None]:
    """Note full collections of the interpreter's garbage: nothing else runs meanwhile."""
    began = 0.0

    def note(moment: str, about: dict[str, int]) -> None:
        nonlocal began
        if about["generation"] == _FULL and moment == "start":
            began = time.monotonic()
        elif about["generation"] == _FULL:
            write(file, Sample(began, time.monotonic(), "collection"))

    return note


async def serve(port: int, notes: Path) -> None:
    """Run the server until it is told to stop."""
    config = uvicorn.Config("open_webui.main:app", host="127.0.0.1", port=port)
    watching = asyncio.create_task(watch(notes))
    try:
        await uvicorn.Server(config).serve()
    finally:
        watching.cancel()


def main() -> None:
    """Serve on the loop that uvicorn would choose."""
    loop = uvicorn.Config("open_webui.main:app").get_loop_factory()
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(serve(int(sys.argv[1]), Path(sys.argv[2])))


if __name__ == "__main__":
    main()

"""Open WebUI's server with a task that notes how late its event loop wakes it.

Words: the port, the file for the notes. The server runs as ``uvicorn open_webui.main:app`` does.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import uvicorn

from benchmarks.neighbour.samples import LOOP_STEP, Sample, write

_FLUSH_SECONDS = 0.5


async def watch(notes: Path) -> None:
    """Ask to be woken every few milliseconds and note when it happened."""
    due = flushed = time.monotonic()
    with notes.open("w") as file:
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

"""How a job behaves in a process that serves people: one interpreter works for all of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

_TURN = 0.0005
"""Seconds of work between two pauses."""
_PAUSE = 0.00005
"""Seconds. Any sleep at all hands the interpreter over; without it a thread keeps it for 5 ms
(``sys.getswitchinterval``) each time that the server wants it, several times in one request."""


def taking_turns(
    clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> Callable[[], None]:
    """Something to call often while working: every now and then it lets the server go first."""
    worked_since = clock()

    def pause() -> None:
        nonlocal worked_since
        if clock() - worked_since >= _TURN:
            sleep(_PAUSE)
            worked_since = clock()

    return pause


def set_server_aside() -> None:
    """Keep Python's garbage collection away from the objects that the server has now.

    What a migration makes and drops brings about a full collection every few seconds. Each would
    walk the million objects of the server, and for that half second nobody would get an answer.
    Nothing takes this back: the collection that followed would take that half second as well. The
    objects are freed as ever when nothing refers to them; only cycles among them stay.
    """
    gc.collect(1)
    gc.freeze()

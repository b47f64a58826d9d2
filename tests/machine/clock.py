"""Time that passes between what people do: Open WebUI counts it in whole seconds."""

from __future__ import annotations

import time
from unittest.mock import patch


class Clock:
    """``time.time`` for everybody in this process, ahead of the real one."""

    def __init__(self) -> None:
        """From now on."""
        self._ahead = 0
        real = time.time
        self._patch = patch("time.time", lambda: real() + self._ahead)
        self._patch.start()

    def advance(self) -> None:
        """A minute goes by."""
        self._ahead += 60

    def stop(self) -> None:
        """The real time again."""
        self._patch.stop()

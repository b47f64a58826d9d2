"""One process that reads documents, and the end of it and of whatever it has started itself."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from migrator_core.openwebui.texts.answers import Answer, BadAnswerError

_GLANCE = 0.5
"""Seconds between two looks whether the run is to stop."""

_CHUNK = 1024 * 1024

_ITS_FAULT = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGFPE})
"""Crashes that a document brings on its reader; other signals come from elsewhere, as when memory
runs out, and say nothing of the document."""

_KEPT = (
    "PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT", "TZ",
    "FROM_INIT_PY", "FRONTEND_BUILD_DIR",
)  # fmt: skip


class NoTextError(Exception):
    """A document gave no text; the message says why.

    ``lasts`` says that it is the document's own fault: trying again would give the same.
    """

    def __init__(self, why: str, *, lasts: bool = True) -> None:
        super().__init__(why)
        self.lasts = lasts


class Child:
    """A process that runs a program and answers what it is asked."""

    def __init__(self, source: str, place: Path) -> None:
        """Start it, with a scratch directory of its own."""
        self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-c", source, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(place),
            cwd=place,
            start_new_session=True,
        )

    def ask(self, asked: dict[str, object]) -> bool:
        """Whether the question reached it."""
        if self._process.stdin is None:
            return False
        try:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return False
        return True

    def answer(self, seconds: float, stopped: Callable[[], bool]) -> dict[str, Any]:
        """What it says next.

        Raises:
            NoTextError: nothing, or nothing in time. Then it has to be ended.
        """
        if self._process.stdout is None:
            raise NoTextError("its reader ended", lasts=False)
        answer = Answer()
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    # A busy machine, or one that slept: processor time is what a document takes.
                    raise NoTextError(f"it took longer than {seconds:g} seconds", lasts=False)
                if stopped():
                    raise NoTextError("the run was stopped", lasts=False)
                if not selector.select(min(left, _GLANCE)):
                    continue
                piece = os.read(self._process.stdout.fileno(), _CHUNK)
                if not piece:
                    raise self._why_ended()
                try:
                    said = answer.take(piece)
                except BadAnswerError as error:
                    raise NoTextError(str(error)) from error
                if said is not None:
                    return said

    def end(self) -> int:
        """Kill it and what it started; its status, a negative one for a signal."""
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        return self._process.wait()

    def _why_ended(self) -> NoTextError:
        status = self.end()
        if -status == signal.SIGXCPU:
            return NoTextError("it took too much processor time")
        if -status in _ITS_FAULT:
            return NoTextError(f"its reader crashed ({signal.Signals(-status).name})")
        why = "its reader ended: there may be too little memory for it"
        return NoTextError(why, lasts=False)


def _environment(place: Path) -> dict[str, str]:
    """What Open WebUI needs to be imported, and nothing of what it is configured with.

    Its database, its data directory and what it keeps for a while are in a scratch directory.
    """
    for name in ("data", "tmp"):
        (place / name).mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(place / "tmp"),
        "DATA_DIR": str(place / "data"),
        "STATIC_DIR": str(place / "static"),
        "DATABASE_URL": f"sqlite:///{place / 'scratch.db'}",
        "WEBUI_SECRET_KEY": secrets.token_hex(16),
        "ENABLE_DB_MIGRATIONS": "false",
        "OFFLINE_MODE": "true",
        "HF_HUB_OFFLINE": "1",
        "ANONYMIZED_TELEMETRY": "false",
        "DO_NOT_TRACK": "true",
        "SCARF_NO_ANALYTICS": "true",
        "GLOBAL_LOG_LEVEL": "ERROR",
        "USE_SLIM_DOCKER": "true",  # without the vector database and the local models
    }

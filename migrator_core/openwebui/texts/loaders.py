"""Open WebUI's loaders, in a process beside ours that is ended when it takes too long."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from migrator_core.openwebui.texts import worker

START_SECONDS = 180
"""Importing the loaders takes seconds; on a machine that is busy, many."""

SECONDS = 60
"""For one document."""

_ANSWER = 6 * worker.CHARACTERS + 1000
"""Bytes of the longest answer: JSON in ASCII."""

_GLANCE = 0.5
"""Seconds between two looks whether the run is to stop."""

_KEPT = (
    "PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "PYTHONHOME", "SYSTEMROOT", "TZ",
    "FROM_INIT_PY", "FRONTEND_BUILD_DIR",
)  # fmt: skip


class NoTextError(Exception):
    """A document gave no text; the message says why.

    ``lasts`` says that it is the document's own fault: trying again would give the same.
    """

    def __init__(self, why: str, *, lasts: bool = True) -> None:
        super().__init__(why)
        self.lasts = lasts


class Loaders:
    """One process, started with the first document and again after one that ended it.

    What is asked of it blocks: callers use a thread. ``stopped`` is asked now and then.
    """

    def __init__(self, stopped: Callable[[], bool], seconds: float = SECONDS) -> None:
        self._stopped = stopped
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._place: Path | None = None
        self._broken = ""
        self._buffer = b""

    @property
    def place(self) -> Path:
        """A directory for documents on their way, which :meth:`close` removes."""
        if self._place is None:
            self._place = Path(tempfile.mkdtemp(prefix="librechat-texts-"))
        return self._place

    def read(self, path: Path, name: str, content_type: str) -> str:
        """The text of the document at a path.

        Raises:
            NoTextError: it has none, or none within the limits.
        """
        if self._broken:
            raise NoTextError(self._broken, lasts=False)
        if self._process is None:
            self._start()
        answer = self._ask({"path": str(path), "name": name, "type": content_type})
        if "text" not in answer:
            why = str(answer.get("problem") or "it cannot be read")
            raise NoTextError(why, lasts=not answer.get("here"))
        return str(answer["text"])

    def close(self) -> None:
        """End the process, and remove what it may have left."""
        self._end()
        if self._place is not None:
            shutil.rmtree(self._place, ignore_errors=True)
            self._place = None

    def _start(self) -> None:
        loader = worker.__spec__.loader if worker.__spec__ is not None else None
        source = getattr(loader, "get_source", lambda _name: None)(worker.__name__)
        if not source or not sys.executable:
            self._broken = "there is no Python to read it with"
            raise NoTextError(self._broken, lasts=False)
        self._process = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-c", source],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(self.place),
            cwd=self.place,
            start_new_session=True,
        )
        self._buffer = b""
        answer = self._wait(START_SECONDS)
        if not answer.get("ready"):
            self._end()
            why = answer.get("problem") or "its process ended"
            self._broken = f"Open WebUI's loaders do not start here: {why}"
            raise NoTextError(self._broken, lasts=False)

    def _ask(self, asked: dict[str, str]) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdin is None:
            raise NoTextError("its reader ended")
        try:
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
        except OSError as error:
            self._end()
            raise NoTextError("its reader ended") from error
        return self._wait(self._seconds)

    def _wait(self, seconds: float) -> dict[str, Any]:
        """The next answer; a process that gives none in time is ended."""
        process = self._process
        if process is None or process.stdout is None:
            raise NoTextError("its reader ended")
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                left = deadline - time.monotonic()
                if left <= 0 or self._stopped() or len(self._buffer) > _ANSWER:
                    self._end()
                    raise NoTextError(_why(left, seconds))
                if not selector.select(min(left, _GLANCE)):
                    continue
                chunk = os.read(process.stdout.fileno(), 1024 * 1024)
                if not chunk:
                    self._end()
                    raise NoTextError("its reader ended: it may take too much memory")
                self._buffer += chunk
        line, self._buffer = self._buffer.split(b"\n", 1)
        answer = json.loads(line)
        return answer if isinstance(answer, dict) else {}

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(OSError):
            process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()


def _why(left: float, seconds: float) -> str:
    return f"it took longer than {seconds:.0f} seconds" if left <= 0 else "the run was stopped"


def _environment(place: Path) -> dict[str, str]:
    """What Open WebUI needs to be imported, and nothing of what it is configured with.

    Its database and its data directory are empty ones in a scratch directory.
    """
    (place / "data").mkdir(exist_ok=True)
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
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

"""Open WebUI's loaders, in a process beside ours that is ended when it takes too long."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator_core.openwebui.texts import worker
from migrator_core.openwebui.texts.child import Child, NoTextError


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: until the loaders are imported, and for one document.

    ``processor`` is what a document may take of a processor, however busy the machine is.
    ``document`` is for what waits, and long enough for a machine that has little time for us.
    """

    start: float = 180
    document: float = 180
    processor: int = 60


_DEFAULT = Limits()


class Loaders:
    """One process, started with the first document and again after one that ended it.

    What is asked of it blocks: callers use a thread. ``stopped`` is asked now and then. Documents
    on their way lie within ``work``, so that they go with it where we cannot tidy up.
    """

    def __init__(
        self,
        stopped: Callable[[], bool],
        limits: Limits = _DEFAULT,
        work: Path | None = None,
    ) -> None:
        self._stopped = stopped
        self._work = work
        self._limits = limits
        self._child: Child | None = None
        self._place: Path | None = None
        self._broken = ""

    @property
    def place(self) -> Path:
        """A directory for documents on their way, which :meth:`close` removes."""
        if self._place is None:
            self._place = Path(tempfile.mkdtemp(prefix="texts-", dir=self._work))
        return self._place

    def read(self, path: Path, name: str, content_type: str) -> str:
        """The text of the document at a path.

        Raises:
            NoTextError: it has none, or none within the limits.
        """
        if self._broken:
            raise NoTextError(self._broken, lasts=False)
        asked: dict[str, object] = {
            "path": str(path), "name": name, "type": content_type,
            "seconds": self._limits.processor,
        }  # fmt: skip
        answer = self._answer_to(asked)
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

    def _answer_to(self, asked: dict[str, object]) -> dict[str, Any]:
        child = self._child or self._start()
        if not child.ask(asked):  # it ended since the last document, which this one has no part in
            self._end()
            child = self._start()
            child.ask(asked)
        try:
            return child.answer(self._limits.document, self._stopped)
        except BaseException:
            self._end()
            raise

    def _start(self) -> Child:
        loader = worker.__spec__.loader if worker.__spec__ is not None else None
        source = getattr(loader, "get_source", lambda _name: None)(worker.__name__)
        if not source or not sys.executable:
            self._broken = "there is no Python to read it with"
            raise NoTextError(self._broken, lasts=False)
        self._child = child = Child(source, self.place)
        try:
            answer = child.answer(self._limits.start, self._stopped)
        except NoTextError as error:
            self._end()
            if self._stopped():
                raise
            answer = {"problem": str(error)}
        if not answer.get("ready"):
            self._end()
            why = answer.get("problem") or "its process ended"
            self._broken = f"Open WebUI's loaders do not start here: {why}"
            raise NoTextError(self._broken, lasts=False)
        return child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()

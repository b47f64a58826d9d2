"""Previews and runs inside the server: each in a thread with an event loop of its own.

The server's loop only looks at counters, so nobody who is chatting waits for the migration. The
thread is a daemon: a server that shuts down does not wait for it, and the next run continues.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrator_core.errors import MigratorError
from migrator_core.progress import Progress
from migrator_core.runs import migrate
from migrator_core.settings import Settings
from owui_function import previews, summaries
from owui_function.manners import set_server_aside, taking_turns
from owui_function.summaries import Summary
from owui_function.views import View, view_of

_LOG = logging.getLogger(__name__)


class Job:
    """One preview or one run of this process."""

    def __init__(self, settings: Settings) -> None:
        """A job that :meth:`start` begins."""
        self.settings = settings
        self.directory: Path | None = None
        self.progress = Progress()
        self.summary: Summary | None = None
        self.problem = ""
        self._ended = threading.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._guard = threading.Lock()

    @property
    def preview(self) -> bool:
        """Whether it writes nothing."""
        return self.settings.dry_run

    @property
    def ended(self) -> bool:
        """Whether it is over; then ``summary`` or ``problem`` says how it ended."""
        return self._ended.is_set()

    def view(self) -> View:
        """Where it is now."""
        return view_of(self.progress.to_json(), preview=self.preview, stopping=self._stopping)

    def start(self) -> None:
        """Begin, in the background."""
        threading.Thread(target=self._work, name="librechat-migration", daemon=True).start()

    def cancel(self) -> None:
        """End between two batches."""
        with self._guard:
            self._stopping = True
            if self._loop is not None and self._stop is not None and not self.ended:
                self._loop.call_soon_threadsafe(self._stop.set)

    def _work(self) -> None:
        try:
            set_server_aside()
            asyncio.run(self._migrate())
        except MigratorError as error:
            self.problem = str(error)
        except Exception as error:  # noqa: BLE001 - the end of a thread: nobody else would hear
            _LOG.exception("The LibreChat migration ended with an unexpected error.")
            self.problem = (
                f"Unexpected error: {type(error).__name__}: {error}. This is a flaw of the tool; "
                "please report it with the server's log. What was written so far is complete, and "
                "it is safe to run again."
            )
        finally:
            with self._guard:
                self._ended.set()

    async def _migrate(self) -> None:
        stop = asyncio.Event()
        with self._guard:
            self._loop, self._stop = asyncio.get_running_loop(), stop
            if self._stopping:
                stop.set()
        key = previews.key(self.settings)
        result = await migrate(self.settings, self.progress, stop=stop, pause=taking_turns())
        summary = summaries.of_result(result, key)
        await asyncio.to_thread(summaries.write, summary, result.directory)
        self.directory, self.summary = result.directory, summary


@dataclass
class Jobs:
    """The jobs of one process. It lives in the server's state and survives a reload of ours.

    ``asked_about`` is the backup that a message asked about last, and ``asked`` the key of the
    preview whose numbers it showed; ``suggestions`` is what the last answer offers to say next.
    ``attached`` holds which file was attached to which message.
    """

    current: Job | None = None
    asked_about: str = ""
    asked: str = ""
    suggestions: Sequence[str] = ()
    attached: set[tuple[str, str]] = field(default_factory=set)
    watchers: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def running(self) -> Job | None:
        """The job that goes on now."""
        return self.current if self.current is not None and not self.current.ended else None

    def start(self, settings: Settings, reports: Path, *, preview: bool) -> Job:
        """Begin a job, or give the one that goes on. ``reports`` holds a folder for each."""
        if self.running is not None:
            return self.running
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        kind = "preview" if preview else "run"
        directory = reports / f"{stamp}-{kind}-{uuid.uuid4().hex[:6]}"
        self.current = Job(
            settings.model_copy(update={"dry_run": preview, "report_dir": directory})
        )
        self.current.start()
        return self.current

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Hold a task until it is done; the event loop alone would forget it."""
        self.watchers.add(task)
        task.add_done_callback(self.watchers.discard)


def jobs_of(state: Any) -> Jobs:  # noqa: ANN401 - Starlette's State takes any attribute
    """The jobs kept in ``app.state`` of the server."""
    found: Jobs | None = getattr(state, "librechat_migration", None)
    if found is None:
        found = Jobs()
        state.librechat_migration = found
    return found

"""Previews, runs and comparisons inside the server: each in a thread with an event loop of its own.

The server's loop only looks at counters, so nobody who is chatting waits for the migration. The
thread is a daemon: a server that shuts down does not wait for it, and the next run continues.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from traceback import format_exc

from migrator_core import migrate, undo, verify
from migrator_core.errors import MigratorError
from migrator_core.progress import Progress
from migrator_core.settings import Settings
from migrator_core.visible import visible_lines
from owui_function.jobs import previews, summaries
from owui_function.jobs.yielding import set_server_aside, taking_turns

_LOG = logging.getLogger(__name__)


class Job:
    """One preview, one run or one comparison with the backup (``verifies``) of this process.

    ``undoes`` is the run that it takes back, empty for the last one, None where it takes back none.

    Once it has ``ended``, its reports and its summary are in ``directory``, or ``problem`` says why
    there are none. A newer version of the Function may read all that is public here.
    """

    def __init__(
        self, settings: Settings, *, verifies: bool = False, undoes: str | None = None
    ) -> None:
        """A job that :meth:`start` begins."""
        self.settings = settings
        self.verifies = verifies
        self.undoes = undoes
        self.directory: Path | None = None
        self.progress = Progress()
        self.problem = ""
        self.stopping = False
        self._ended = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._guard = threading.Lock()

    @property
    def preview(self) -> bool:
        """Whether it writes nothing."""
        return self.settings.dry_run

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self._ended.is_set()

    def start(self) -> None:
        """Begin, in the background."""
        threading.Thread(target=self._work, name="librechat-migration", daemon=True).start()

    def cancel(self) -> None:
        """End between two batches."""
        with self._guard:
            self.stopping = True
            if self._loop is not None and self._stop is not None and not self.ended:
                self._loop.call_soon_threadsafe(self._stop.set)

    def _work(self) -> None:
        try:
            set_server_aside()
            asyncio.run(self._carry_out())
        except MigratorError as error:
            self.problem = str(error)
        except Exception as error:  # noqa: BLE001 - the end of a thread: nobody else would hear
            _LOG.error("The LibreChat migration ended early.\n%s", visible_lines(format_exc()))
            self.problem = (
                f"Unexpected error: {type(error).__name__}: {error}. This is a flaw of the tool; "
                "please report it with the server's log. What was written so far is complete, and "
                "it is safe to run again."
            )
        finally:
            with self._guard:
                self._ended.set()

    async def _carry_out(self) -> None:
        stop = asyncio.Event()
        with self._guard:
            self._loop, self._stop = asyncio.get_running_loop(), stop
            if self.stopping:
                stop.set()
        key = previews.key(self.settings)
        if self.undoes is not None:
            result = await undo(
                self.undoes or None, self.progress,
                dry_run=self.preview, report_dir=self.settings.report_dir, stop=stop,
            )  # fmt: skip
        else:
            action = verify if self.verifies else migrate
            result = await action(self.settings, self.progress, stop=stop, pause=taking_turns())
        summary = summaries.of_result(result, key)
        await asyncio.to_thread(summaries.write, summary, result.directory)
        self.directory = result.directory

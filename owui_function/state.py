"""What the Function keeps in the server's process, in ``app.state``: it outlives its own code.

Open WebUI loads the Function anew whenever its text changes. A job that an earlier version began
goes on with that version's code; of another version's objects nothing but plain values is used.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrator_core.settings import Settings
from owui_function.jobs.job import Job
from owui_function.names import STATE

_CHATS = 500
"""So many chats are remembered; in one that is forgotten, a yes is answered with the question."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that waits for its yes: the backup, and the id of the preview that it showed.

    ``undoes`` is the run that is to be undone, and empty where the question is another one.
    """

    backup: str
    preview: str
    undoes: str = ""


@dataclass(slots=True)
class ChatState:
    """One person's side of one chat. ``suggestions`` is what the last answer offers to say next."""

    question: Question | None = None
    suggestions: tuple[str, ...] = ()


@dataclass
class State:
    """Everything that is kept.

    ``current`` is the last job; ``attached`` holds which file was attached to which message, and
    ``chats`` what was asked last, by the ids of person and chat (an empty one: no chat).
    """

    current: Job | None = None
    attached: set[tuple[str, str]] = field(default_factory=set)
    watchers: set[asyncio.Task[Any]] = field(default_factory=set)
    chats: dict[tuple[str, str], ChatState] = field(default_factory=dict)

    @property
    def running(self) -> Job | None:
        """The job that goes on now."""
        return self.current if self.current is not None and not self.current.ended else None

    def start(
        self,
        settings: Settings,
        reports: Path,
        *,
        preview: bool,
        verifies: bool = False,
        undoes: str | None = None,
    ) -> Job:
        """Begin a job, or give the one that goes on. ``reports`` holds a folder for each."""
        if self.running is not None:
            return self.running
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        kind = "verify" if verifies else "preview" if preview else "run"
        kind = kind if undoes is None else "undo"
        directory = reports / f"{stamp}-{kind}-{uuid.uuid4().hex[:6]}"
        self.current = Job(
            settings.model_copy(update={"dry_run": preview, "report_dir": directory}),
            verifies=verifies,
            undoes=undoes,
        )
        self.current.start()
        return self.current

    def chat(self, user_id: str, chat_id: str) -> ChatState:
        """What this person was asked in this chat."""
        found = self.chats.pop((user_id, chat_id), None) or ChatState()
        self.chats[user_id, chat_id] = found  # the last one again: the first ones are forgotten
        while len(self.chats) > _CHATS:
            del self.chats[next(iter(self.chats))]
        return found

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Hold a task until it is done; the event loop alone would forget it."""
        self.watchers.add(task)
        task.add_done_callback(self.watchers.discard)


def state_of(app_state: Any) -> State:  # noqa: ANN401 - Starlette's State takes any attribute
    """The state in ``app.state`` of the server.

    Where another version of the Function left one, its job and what it attached are taken over:
    its own methods would go on with its code. Its questions are not; their numbers are its own.
    """
    found = getattr(app_state, STATE, None)
    if isinstance(found, State):
        return found
    state = State()
    for name in ("current", "attached", "watchers"):
        if hasattr(found, name):
            setattr(state, name, getattr(found, name))
    setattr(app_state, STATE, state)
    return state

"""The two ways to start a migration, as seen from outside: a click in the chat, and the program."""

from __future__ import annotations

import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.neighbour.samples import Window
from owui_function.bundle import build
from owui_function.names import ACTION_ID, MODEL_ID, PIPE_ID
from tests.support.environments import ROOT, Deployment
from tests.support.openwebui import Person

_POLL_SECONDS = 0.1
_WITHIN = 3600


class Stopwatch:
    """The windows of one measurement."""

    def __init__(self) -> None:
        self.windows: list[Window] = []

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        """Measure what goes on inside."""
        began = time.monotonic()
        yield
        self.windows.append(Window(name, began, time.monotonic()))


def through_the_function(admin: Person, target: Deployment, backup: Path, watch: Stopwatch) -> None:
    """Install the Functions, preview and run, with the words an administrator says."""
    bundle = build()
    with watch.time("loading the Function"):
        _install(admin, PIPE_ID, bundle.program)
        _install(admin, ACTION_ID, bundle.action)
        models = admin.http.get("/api/models").raise_for_status().json()["data"]
    if MODEL_ID not in {model["id"] for model in models}:
        raise SystemExit("the Function does not show up as a model")
    valves = {"backup_path": str(backup)}
    path = f"/api/v1/functions/id/{PIPE_ID}/valves/update"
    admin.http.post(path, json=valves).raise_for_status()
    with watch.time("preview"):
        chat = _say(admin, "Preview")
        _wait_for(target, "preview")
    _say(admin, "Run", chat)
    with watch.time("run"):
        _say(admin, "Yes, migrate now", chat, wait=False)
        _wait_for(target, "run")
    with watch.time("report"):
        _wait_until_answered(admin, chat)


def _install(admin: Person, function_id: str, content: str) -> None:
    form = {"id": function_id, "name": function_id, "content": content, "meta": {}}
    admin.http.post("/api/v1/functions/create", json=form).raise_for_status()
    admin.http.post(f"/api/v1/functions/id/{function_id}/toggle").raise_for_status()


def _say(admin: Person, text: str, chat_id: str = "", *, wait: bool = True) -> str:
    """Say something in a chat, or in a new one, and give its id.

    As the page does it: the answer is a task of the server, and the live card goes out as it would
    to a page that is open.
    """
    answer = str(uuid.uuid4())
    chat_id = chat_id or _new_chat(admin, text, answer)
    request: dict[str, Any] = {
        "model": MODEL_ID,
        "messages": [{"role": "user", "content": text}],
        "stream": True,
        "chat_id": chat_id,
        "id": answer,
        "session_id": "bench",
    }
    admin.http.post("/api/chat/completions", json=request).raise_for_status()
    if wait:
        _wait_until_answered(admin, chat_id)
    return chat_id


def _new_chat(admin: Person, text: str, answer: str) -> str:
    question = str(uuid.uuid4())
    said = {"id": question, "parentId": None, "childrenIds": [answer], "role": "user",
            "content": text, "timestamp": 1, "models": [MODEL_ID]}  # fmt: skip
    told = {"id": answer, "parentId": question, "childrenIds": [], "role": "assistant",
            "content": "", "timestamp": 1, "model": MODEL_ID}  # fmt: skip
    history = {"messages": {question: said, answer: told}, "currentId": answer}
    chat = {"title": text, "models": [MODEL_ID], "history": history, "messages": [said, told]}
    created = admin.http.post("/api/v1/chats/new", json={"chat": chat}).raise_for_status()
    return str(created.json()["id"])


def _wait_until_answered(admin: Person, chat_id: str) -> None:
    deadline = time.monotonic() + _WITHIN
    while admin.http.get(f"/api/tasks/chat/{chat_id}").raise_for_status().json()["task_ids"]:
        _pause(deadline)


def _wait_for(target: Deployment, kind: str) -> None:
    """Wait for the summary that stands beside the reports of a finished preview or run."""
    deadline = time.monotonic() + _WITHIN
    while not list(target.data.glob(f"librechat-migration/*-{kind}-*/summary.json")):
        _pause(deadline)


def _pause(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise SystemExit(f"the Function did not answer within {_WITHIN} seconds")
    time.sleep(_POLL_SECONDS)


def through_the_program(target: Deployment, backup: Path, watch: Stopwatch) -> None:
    """Run the command line beside the server."""
    command = [str(target.python), "-m", "migrator_core", "run", "--backup", str(backup)]
    log = target.home / "run.log"
    with watch.time("run"), log.open("wb") as output:
        done = subprocess.run(
            command,
            env=target.variables | {"PYTHONPATH": str(ROOT)},
            cwd=target.home,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"the run ended with {done.returncode}:\n{log.read_text()}")

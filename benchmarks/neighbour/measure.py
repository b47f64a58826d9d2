"""Migrates beside a server that people use, through either door, and says what they noticed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import timeit
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # its stubs would be one more pin

from benchmarks.generate import MESSAGES_PER_CONVERSATION, generate
from benchmarks.neighbour.doors import Stopwatch, through_the_function, through_the_program
from benchmarks.neighbour.samples import (
    Figures,
    Sample,
    Window,
    every_wake_up,
    figures,
    read,
    within,
)
from migrator_core.progress import Progress
from owui_function.card import progress_body
from owui_function.chat.message import Message
from owui_function.jobs.views import view_of
from tests.support.databases import Postgres
from tests.support.environments import CURRENT, ROOT, Deployment, deployment
from tests.support.openwebui import OpenWebUIServer, Person, Visitor

LOOP_P99_MILLISECONDS = 50.0
LOCK_MILLISECONDS = 500.0
ADMIN = ("Bench Admin", "admin@owner.example", "bench-admin")
OTHER = ("Bench Person", "person@work.example", "bench-person")
OTHERS_CHATS = 30
OTHERS_MESSAGES = 40
_SETTLING_SECONDS = 2.0
_MEMORY_SECONDS = 0.25

Door = Callable[[Person, Deployment, Path, Stopwatch], None]
DOORS: dict[str, Door] = {
    "Function": through_the_function,
    "program": lambda _admin, target, backup, watch: through_the_program(target, backup, watch),
}


@dataclass(frozen=True)
class Notes:
    """Where the observers write."""

    home: Path

    @property
    def loop(self) -> Path:
        """The event loop's wake-ups."""
        return self.home / "loop.txt"

    @property
    def person(self) -> Path:
        """A person's requests."""
        return self.home / "person.txt"

    @property
    def lock(self) -> Path:
        """Waits for SQLite's write lock."""
        return self.home / "lock.txt"


def measure(
    workshop: Path, messages: int, *, idle_seconds: float, postgres: bool
) -> dict[str, Any]:
    """The figures of both doors, each beside a server of its own, and of the live card."""
    backup = generate(workshop / "backup", messages)
    found: dict[str, Any] = {
        "conversations": messages // MESSAGES_PER_CONVERSATION,
        "messages": messages,
        "database": "postgresql" if postgres else "sqlite",
        "card": cost_of_the_card(),
    }
    with ExitStack() as stack:
        server = Postgres().start() if postgres else None
        if server is not None:
            stack.callback(server.stop)
        for name, door in DOORS.items():
            url = server.create_database(f"bench_{name.lower()}") if server else None
            target = deployment(CURRENT, workshop / name.lower(), url)
            found[name] = beside_a_server(target, backup, door, idle_seconds)
            print(_table(name, found[name]), flush=True)
    ratio = found["program"]["seconds"]["run"] / found["Function"]["seconds"]["run"]
    found["speed_ratio"] = round(ratio, 2)
    print(_summary(found), flush=True)
    return found


def beside_a_server(
    target: Deployment, backup: Path, door: Door, idle_seconds: float
) -> dict[str, Any]:
    """Migrate beside a server that somebody uses, and give what was observed."""
    notes, watch = Notes(target.home), Stopwatch()
    with (
        OpenWebUIServer(target, lambda port: _watched_server(port, notes)) as server,
        ExitStack() as stack,
    ):
        admin = Visitor(server.url).sign_up(*ADMIN)
        stack.callback(admin.http.close)
        person = _somebody(admin, server.url)
        stack.callback(person.http.close)
        chat_id = _work_of(person)
        stack.enter_context(_observer("person", server.url, person.token, chat_id, notes.person))
        if target.database_url.startswith("sqlite"):
            database = str(target.data / "webui.db")
            stack.enter_context(_observer("lock", database, notes.lock))
        memory = stack.enter_context(_memory_of(server.pid))
        time.sleep(_SETTLING_SECONDS)
        with watch.time("idle"):
            time.sleep(idle_seconds)
        door(admin, target, backup, watch)
        time.sleep(_MEMORY_SECONDS * 2)
    return _observed(notes, watch, memory)


def _watched_server(port: int, notes: Notes) -> list[str]:
    return ["-m", "benchmarks.neighbour.server", str(port), str(notes.loop)]


def _somebody(admin: Person, url: str) -> Person:
    name, email, password = OTHER
    form = {"name": name, "email": email, "password": password, "role": "user"}
    admin.http.post("/api/v1/auths/add", json=form).raise_for_status()
    return Visitor(url).sign_in(email, password)


def _work_of(person: Person) -> str:
    """Give a person chats, and say which one they work on."""
    text = "what somebody writes and what comes back, a few lines of it " * 5
    messages: dict[str, dict[str, Any]] = {}
    for number in range(OTHERS_MESSAGES):
        last = number == OTHERS_MESSAGES - 1
        messages[f"m{number}"] = {
            "id": f"m{number}",
            "parentId": f"m{number - 1}" if number else None,
            "childrenIds": [] if last else [f"m{number + 1}"],
            "role": "assistant" if number % 2 else "user",
            "content": text,
            "timestamp": 1_735_689_600 + number,
        }
    history = {"messages": messages, "currentId": f"m{OTHERS_MESSAGES - 1}"}
    chat_id = ""
    for number in range(OTHERS_CHATS):
        chat = {"title": f"Chat {number}", "history": history, "messages": list(messages.values())}
        answer = person.http.post("/api/v1/chats/new", json={"chat": chat}).raise_for_status()
        chat_id = str(answer.json()["id"])
    return chat_id


@contextmanager
def _observer(module: str, *words: str | Path) -> Iterator[None]:
    """An observer in a process of its own, ended by its process id."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.neighbour.{module}", *map(str, words)], cwd=ROOT
    )
    try:
        yield
        if process.poll() is not None:
            raise SystemExit(f"the observer {module!r} ended early, with {process.returncode}")
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _memory_of(pid: int) -> Iterator[list[tuple[float, float]]]:
    """When a process had how many megabytes in memory; the list grows meanwhile."""
    seen: list[tuple[float, float]] = []
    process, over = psutil.Process(pid), threading.Event()

    def look() -> None:
        while not over.wait(_MEMORY_SECONDS):
            seen.append((time.monotonic(), process.memory_info().rss / 2**20))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _observed(
    notes: Notes, watch: Stopwatch, memory: Sequence[tuple[float, float]]
) -> dict[str, Any]:
    loop, person = read(notes.loop), read(notes.person)
    wake_ups = list(every_wake_up(sample for sample in loop if sample.kind == "loop"))
    lock = read(notes.lock) if notes.lock.exists() else []
    requests = ("list", "open", "save")
    return {
        "seconds": {w.name: round(w.ended - w.began, 2) for w in watch.windows},
        "loop": _by_window(wake_ups, watch.windows, "loop"),
        "collections": _by_window(loop, watch.windows, "collection"),
        "requests": {kind: _by_window(person, watch.windows, kind) for kind in requests},
        "lock": {kind: _by_window(lock, watch.windows, kind) for kind in ("held", "wait")},
        "memory": {window.name: _memory(memory, window) for window in watch.windows},
    }


def _by_window(samples: Sequence[Sample], windows: Sequence[Window], kind: str) -> dict[str, Any]:
    return {w.name: _of(samples, w, kind).to_json() for w in windows}


def _of(samples: Sequence[Sample], window: Window, kind: str) -> Figures:
    return figures([sample for sample in within(samples, window) if sample.kind == kind])


def _memory(seen: Sequence[tuple[float, float]], window: Window) -> dict[str, float]:
    """Megabytes at the beginning, halfway and at the end of a window, and the most."""
    inside = [size for at, size in seen if window.began <= at <= window.ended]
    if not inside:
        return {}
    return {
        "began": round(inside[0]),
        "halfway": round(inside[len(inside) // 2]),
        "ended": round(inside[-1]),
        "most": round(max(inside)),
    }


def cost_of_the_card() -> dict[str, float]:
    """Milliseconds that the server's loop spends each second to make the live card."""
    progress = Progress()
    for number in range(10):
        progress.start(f"phase {number}", 10_000)
        progress.advance(5_000)
    message = Message(None, "message")

    def make() -> str:
        return message.hand_over(progress_body(view_of(progress.to_json(), preview=False)))

    rounds = 200
    return {"milliseconds": round(timeit.timeit(make, number=rounds) / rounds * 1000, 3)}


def _table(name: str, found: dict[str, Any]) -> str:
    """One door's figures for reading."""
    lines = ["", f"Through the {name}; milliseconds: median / p99 / longest"]
    rows: list[tuple[str, dict[str, Any]]] = [("late wake-ups of the loop", found["loop"])]
    rows.append(("full garbage collections", found["collections"]))
    rows += [(f"another user: {kind}", of) for kind, of in found["requests"].items()]
    if any(of["count"] for of in found["lock"]["held"].values()):
        rows.append(("write lock held by others", found["lock"]["held"]))
        rows.append(("wait for the lock (SQLite's pauses)", found["lock"]["wait"]))
    windows = list(found["seconds"])
    lines.append(" " * 36 + "".join(f"{window:>24}" for window in windows))
    for label, by_window in rows:
        cells = (by_window[window] for window in windows)
        lines.append(f"{label:36}" + "".join(f"{_cell(cell):>24}" for cell in cells))
    seconds = (f"{found['seconds'][window]:.1f} s" for window in windows)
    lines.append(f"{'lasted':36}" + "".join(f"{text:>24}" for text in seconds))
    sizes = (found["memory"][window] for window in windows)
    texts = (f"{s['began']} → {s['ended']}, ≤ {s['most']}" if s else "" for s in sizes)
    lines.append(f"{'server memory, MB':36}" + "".join(f"{text:>24}" for text in texts))
    return "\n".join(lines)


def _cell(cell: dict[str, Any]) -> str:
    failed = f" ({cell['failed']} failed)" if cell["failed"] else ""
    return f"{cell['p50']:.1f} / {cell['p99']:.1f} / {cell['longest']:.0f}{failed}"


def _summary(found: dict[str, Any]) -> str:
    """The bounds, and whether they are kept."""
    inside = found["Function"]
    p99, longest = inside["loop"]["run"]["p99"], inside["loop"]["run"]["longest"]
    requests = inside["requests"].values()
    slower = [of["run"]["p50"] / of["idle"]["p50"] for of in requests if of["idle"]["p50"]]
    failed = sum(of["run"]["failed"] for of in requests)
    size = f"{found['conversations']:,} conversations, {found['messages']:,} messages"
    late = f"{p99:.0f} ms late at p99 (wanted: under {LOOP_P99_MILLISECONDS:.0f})"
    slowdown = f"{max(slower, default=0):.1f} times the idle time at most (medians)"
    lines = [
        "",
        f"{size}, {found['database']}",
        f"event loop during the run: {late}, longest stall {longest:.0f} ms",
        f"another user's requests: {slowdown}, {failed} failed (wanted: 0)",
    ]
    for name in DOORS:
        held = found[name]["lock"]["held"]["run"]
        if held["count"]:
            lines.append(
                f"write lock, {name}: held {held['longest']:.0f} ms at most, by the run or the "
                f"server (wanted: under {LOCK_MILLISECONDS:.0f})"
            )
    lines += [
        f"speed in the server: {found['speed_ratio']:.2f} times the program's",
        f"live card: {found['card']['milliseconds']:.2f} ms of the loop each second",
    ]
    return "\n".join(lines)

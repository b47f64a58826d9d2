"""The Functions in a real Open WebUI, used over HTTP as the page uses them."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy.exc import ProgrammingError

from tests.support.dumps import Rows
from tests.support.environments import Deployment
from tests.support.openwebui import OpenWebUIServer, Person, Visitor, signed_in
from tests.support.snapshots import table_rows

PIPE = "librechat_migration"
BUTTONS = "librechat_migration_buttons"
MODEL = f"{PIPE}.chat"
YES = "Yes, migrate now"

ADMIN = ("Admin", "admin@owner.example", "Admin-Password-1")
ORDINARY = ("Olga", "olga@owner.example", "Olga-Password-1")

WAIT_SECONDS = 120

WITHOUT_BSON = """
import sys
from importlib.machinery import PathFinder


class WithoutBson(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name == "bson" else super().find_spec(name, path, target)


sys.meta_path[sys.meta_path.index(PathFinder)] = WithoutBson
"""


@dataclass(frozen=True)
class Stock(Deployment):
    """An Open WebUI as it is delivered: without our packages, without ``bson``, never online."""

    @property
    def variables(self) -> dict[str, str]:
        hiding = self.home / "hiding"
        hiding.mkdir(exist_ok=True)
        (hiding / "sitecustomize.py").write_text(WITHOUT_BSON)
        return {
            **super().variables,
            "PYTHONPATH": str(hiding),
            "ENABLE_PIP_INSTALL_FRONTMATTER_REQUIREMENTS": "false",
            "OFFLINE_MODE": "true",
        }


def with_packages(place: Deployment) -> Deployment:
    """The same deployment for the command line, which runs from our packages."""
    return Deployment(place.version, place.home, place.database_url, place.secret_key)


def stock(place: Deployment) -> Stock:
    """The same deployment, as it is delivered."""
    return Stock(place.version, place.home, place.database_url, place.secret_key)


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """What the condition gives, as soon as that is true.

    Raises:
        AssertionError: it never is.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: never happened"
        time.sleep(0.05)
    return found


@dataclass(frozen=True)
class Answer:
    """One answer in a chat, as it is stored."""

    chat: str
    id: str
    message: dict[str, Any]

    @property
    def text(self) -> str:
        """Its Markdown; before 0.11 it stands in the output items alone."""
        parts = [
            part.get("text") or ""
            for item in self.message.get("output") or []
            for part in item.get("content") or []
        ]
        return str(self.message.get("content") or "".join(parts))

    @property
    def card(self) -> str:
        """The HTML of its card."""
        embeds = self.message.get("embeds") or [""]
        assert len(embeds) == 1, "a card is replaced, not repeated"
        return str(embeds[0])

    @property
    def statuses(self) -> list[str]:
        """The lines above it."""
        return [status["description"] for status in self.message.get("statusHistory") or []]

    @property
    def files(self) -> dict[str, str]:
        """The ids of its files by their type."""
        return {f["content_type"]: f["id"] for f in self.message.get("files") or []}


@dataclass(frozen=True)
class Site:
    """A running Open WebUI with both Functions switched on."""

    server: OpenWebUIServer
    admin: Person
    ordinary: Person

    @property
    def deployment(self) -> Deployment:
        """Where it keeps things."""
        return self.server.deployment

    @property
    def backup(self) -> Path:
        """Where the Function looks for a backup when nobody says otherwise."""
        return self.deployment.data / "librechat-backup"

    def ask(self, text: str, person: Person | None = None, model: str = MODEL) -> httpx.Response:
        """One message without a chat, as a program sends it."""
        body = {
            "model": model, "stream": False, "messages": [{"role": "user", "content": text}],
        }  # fmt: skip
        http = (person or self.admin).http
        return http.post("/api/chat/completions", json=body, timeout=WAIT_SECONDS)

    def say(self, text: str, person: Person | None = None, model: str = MODEL) -> str:
        """The text that answers one message without a chat."""
        answered = self.ask(text, person, model)
        answered.raise_for_status()
        return str(answered.json()["choices"][0]["message"]["content"])

    def begin(
        self, text: str, chat: str = "", parent: str | None = None, person: Person | None = None
    ) -> tuple[str, str]:
        """Send a message in a chat as the page does; the chat and the answer that will come."""
        question, answer = str(uuid4()), str(uuid4())
        body = {
            "stream": True, "model": MODEL, "params": {}, "background_tasks": {},
            "messages": [{"role": "user", "content": text}],
            "session_id": str(uuid4()), "id": answer, "parent_id": parent,
            "user_message": {
                "id": question, "parentId": parent, "childrenIds": [answer], "role": "user",
                "content": text, "timestamp": int(time.time()), "models": [MODEL],
            },
        }  # fmt: skip
        if chat:
            body["chat_id"] = chat
        answered = (person or self.admin).http.post("/api/chat/completions", json=body)
        answered.raise_for_status()
        return str(answered.json()["chat_id"]), answer

    def message(self, chat: str, answer: str, person: Person | None = None) -> Answer:
        """An answer as it is stored now."""
        messages = (person or self.admin).chat(chat)["chat"]["history"]["messages"]
        return Answer(chat, answer, messages.get(answer) or {})

    def ended(self, chat: str, answer: str, person: Person | None = None) -> Answer:
        """An answer, once it is complete."""

        def seen() -> Answer:
            return self.message(chat, answer, person)

        wait_until(lambda: seen().message.get("done"), "the answer's end")
        return seen()

    def tell(self, text: str, after: Answer | None = None, person: Person | None = None) -> Answer:
        """Say something in a chat, and wait for the whole answer."""
        chat, parent = (after.chat, after.id) if after else ("", None)
        return self.ended(*self.begin(text, chat, parent, person), person)

    def click(self, button: str, on: Answer, person: Person | None = None, session: str = "none"
              ) -> httpx.Response:  # fmt: skip
        """Press a button below an answer."""
        body = {
            "model": MODEL, "messages": [], "chat_id": on.chat, "session_id": session, "id": on.id,
        }  # fmt: skip
        http = (person or self.admin).http
        return http.post(f"/api/chat/actions/{BUTTONS}.{button}", json=body, timeout=WAIT_SECONDS)

    def set_valves(self, **valves: str) -> None:
        """Set these valves, and all others back to what they were delivered with."""
        self.admin.http.post(
            f"/api/v1/functions/id/{PIPE}/valves/update", json=valves
        ).raise_for_status()

    @contextmanager
    def valves(self, **valves: str) -> Iterator[None]:
        """Valves for a while."""
        self.set_valves(**valves)
        try:
            yield
        finally:
            self.set_valves()

    def models(self, person: Person) -> dict[str, list[str]]:
        """The models somebody can choose, with their buttons."""
        listed = person.http.get("/api/models").raise_for_status().json()["data"]
        return {m["id"]: [action["id"] for action in m.get("actions") or []] for m in listed}

    def runs(self) -> Rows:
        """The ledger's runs, the last one first."""
        try:
            found = table_rows(self.deployment, "librechat_migration_run")
        except (sqlite3.OperationalError, ProgrammingError):  # there is no such table yet
            return []
        return sorted(found, key=lambda run: (run["started_at"], run["id"]), reverse=True)

    def reports(self) -> set[str]:
        """The folders of reports on the server."""
        root = self.deployment.data / "librechat-migration"
        return {path.name for path in root.iterdir()} if root.is_dir() else set()


@contextmanager
def site(place: Deployment, program: Path) -> Iterator[Site]:
    """A new Open WebUI with an administrator, an ordinary user and the built Functions."""
    with OpenWebUIServer(stock(place)) as server:
        admin = Visitor(server.url).sign_up(*ADMIN)
        form = dict(zip(("name", "email", "password"), ORDINARY, strict=True)) | {"role": "user"}
        admin.http.post("/api/v1/auths/add", json=form).raise_for_status()
        ordinary = Visitor(server.url).sign_in(*ORDINARY[1:])
        for function in json.loads(program.with_suffix(".json").read_text(encoding="utf-8")):
            admin.http.post("/api/v1/functions/create", json=function).raise_for_status()
            admin.http.post(f"/api/v1/functions/id/{function['id']}/toggle").raise_for_status()
        try:
            yield Site(server, admin, ordinary)
        finally:
            admin.http.close()
            ordinary.http.close()


@contextmanager
def signed_in_again(here: Site) -> Iterator[Site]:
    """The same site after its server was started again, on another port."""
    url = here.server.url
    with signed_in(url, *ADMIN[1:]) as admin, signed_in(url, *ORDINARY[1:]) as ordinary:
        yield replace(here, admin=admin, ordinary=ordinary)


def contents(deployment: Deployment, tables: Mapping[str, Any]) -> dict[str, Rows]:
    """These tables, without what any request changes, such as when somebody was last seen."""
    return {
        table: [
            {name: value for name, value in row.items() if name not in tables[table]}
            for row in table_rows(deployment, table)
        ]
        for table in tables
    }

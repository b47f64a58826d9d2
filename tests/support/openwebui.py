"""A real Open WebUI server in a process of its own, and its HTTP interface."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.support import interpreters
from tests.support.environments import Deployment
from tests.support.processes import free_port

START_SECONDS = 120
STOP_SECONDS = 20
POLL_SECONDS = 0.1

SERVE = """
import gc, sys
gc.disable()
import open_webui.main
import uvicorn
gc.freeze()
gc.enable()
uvicorn.run("open_webui.main:app", host="127.0.0.1", port=int(sys.argv[1]))
"""
"""What ``open-webui serve`` does (Open WebUI, ``__init__.py``). A fifth of a start would go into
looking for garbage among what is imported, so that begins afterwards."""


class OpenWebUIServer:
    """The server of one deployment. A context manager; ``log`` is its whole output.

    ``arguments`` makes what the interpreter is started with from a port; by default the server
    alone. The process gets the deployment's environment and starts in its home.
    """

    def __init__(
        self, deployment: Deployment, arguments: Callable[[int], list[str]] | None = None
    ) -> None:
        self.deployment = deployment
        self._arguments = arguments or _serve
        self.log = deployment.home / "server.log"
        self.url = ""
        self._process: interpreters.Process | None = None

    def start(self) -> Self:
        """Start it and wait until it answers.

        Raises:
            RuntimeError: it ended or did not answer in time; the text ends with its log.
        """
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        with self.log.open("ab") as log:
            # In a session of its own, so that stop() reaches whatever it starts, and only that.
            self._process = interpreters.start(
                [self.deployment.python, *self._arguments(port)],
                env=self.deployment.variables,
                cwd=self.deployment.home,
                stdout=log,
            )
        deadline = time.monotonic() + START_SECONDS
        with http_client(self.url, timeout=2) as http:
            while not answers(http):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    status = self._process.poll()
                    self.stop()
                    raise RuntimeError(f"Open WebUI did not start ({status=}):\n{self.tail()}")
                time.sleep(POLL_SECONDS)
        return self

    @property
    def pid(self) -> int:
        """The process id of the server that runs."""
        if self._process is None:
            raise RuntimeError("the server does not run")
        return self._process.pid

    def stop(self) -> None:
        """Stop it and everything it started."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        except ProcessLookupError:
            process.wait()

    def tail(self, lines: int = 60) -> str:
        """The end of the log, for failures."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _serve(port: int) -> list[str]:
    return ["-c", SERVE, str(port)]


def http_client(url: str, *, timeout: float = 60, token: str | None = None) -> httpx.Client:
    """A client of a server on this machine: no proxy, and no certificates, which load slowly."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(
        base_url=url, headers=headers, timeout=timeout, trust_env=False, verify=False
    )


def answers(http: httpx.Client) -> bool:
    """Whether an Open WebUI is there and ready."""
    try:
        return http.get("/health").status_code == 200
    except httpx.HTTPError:
        return False


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, and what they see."""

    http: httpx.Client
    id: str
    role: str
    token: str

    def get(self, path: str, **query: str | int) -> Any:
        """The JSON answer of a GET under ``/api/v1``."""
        answer = self.http.get(f"/api/v1{path}", params=query)
        answer.raise_for_status()
        return answer.json()

    def _pages(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        page = 1
        while items := self.get(path, page=page, **query):
            yield from items
            page += 1

    def chat_ids(self) -> set[str]:
        """All chats the sidebar, its folders and the archive list."""
        listed = [*self._pages("/chats/list", include_folders="true")]
        listed += self._pages("/chats/archived")
        return {item["id"] for item in [*listed, *self.get("/chats/pinned")]}

    def chat(self, chat_id: str) -> dict[str, Any]:
        """One chat with its messages."""
        chat: dict[str, Any] = self.get(f"/chats/{chat_id}")
        return chat

    def chats(self) -> list[dict[str, Any]]:
        """Every chat with its messages."""
        return [self.chat(chat_id) for chat_id in sorted(self.chat_ids())]

    def search(self, text: str) -> list[str]:
        """The titles of the chats that a search finds."""
        return [item["title"] for item in self.get("/chats/search", text=text, page=1)]

    def tags(self) -> set[str]:
        """The names of the person's tags."""
        return {item["name"] for item in self.get("/chats/all/tags")}

    def file(self, file_id: str) -> bytes:
        """A file's bytes.

        Raises:
            httpx.HTTPStatusError: the person may not read it.
        """
        answer = self.http.get(f"/api/v1/files/{file_id}/content")
        answer.raise_for_status()
        return answer.content

    def prompts(self) -> list[dict[str, Any]]:
        """The prompts the person may use."""
        prompts: list[dict[str, Any]] = self.get("/prompts/")
        return prompts

    def _items(self, path: str) -> Iterator[dict[str, Any]]:
        page = 1
        while items := self.get(path, page=page)["items"]:
            yield from items
            page += 1

    def writable_prompts(self) -> set[str]:
        """The ids of the prompts the person may change."""
        return {item["id"] for item in self._items("/prompts/list") if item["write_access"]}

    def models(self) -> list[dict[str, Any]]:
        """The workspace models the person may see."""
        return list(self._items("/models/list"))

    def get_models(self) -> list[dict[str, Any]]:
        """The models the person can choose for a chat, those of the arena apart."""
        answer = self.http.get("/api/models")
        answer.raise_for_status()
        return [model for model in answer.json()["data"] if not model.get("arena")]

    def groups(self) -> list[dict[str, Any]]:
        """The groups the person may see."""
        groups: list[dict[str, Any]] = self.get("/groups/")
        return groups


class Visitor:
    """Somebody at the sign-in page."""

    def __init__(self, url: str) -> None:
        self.url = url

    def sign_up(self, name: str, email: str, password: str) -> Person:
        """Create an account; the first one becomes the administrator."""
        return self._enter("signup", {"name": name, "email": email, "password": password})

    def sign_in(self, email: str, password: str) -> Person:
        """Sign in.

        Raises:
            httpx.HTTPStatusError: the account or the password is wrong.
        """
        return self._enter("signin", {"email": email, "password": password})

    def _enter(self, path: str, form: Mapping[str, str]) -> Person:
        with http_client(self.url) as http:
            answer = http.post(f"/api/v1/auths/{path}", json=dict(form))
        answer.raise_for_status()
        account = answer.json()
        token = account["token"]
        return Person(http_client(self.url, token=token), account["id"], account["role"], token)


@contextmanager
def signed_in(url: str, email: str, password: str) -> Iterator[Person]:
    """A signed-in person whose connections are closed afterwards."""
    person = Visitor(url).sign_in(email, password)
    try:
        yield person
    finally:
        person.http.close()


def folder_state(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and modification time of every file below a folder."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }

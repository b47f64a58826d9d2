"""An interpreter that has loaded the libraries of Open WebUI, and forks for every program.

Half of the processor time of a start of Open WebUI, or of this tool, goes into libraries that are
the same in every process. :mod:`tests.support.interpreters` starts this file with a version's own
interpreter and asks it, over a Unix socket, for programs: each is a process of its own, with its
own environment, that imports Open WebUI and the tool anew.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import traceback
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LIBRARIES = (
    "aiohttp", "alembic.config", "authlib.integrations.starlette_client", "black", "boto3", "bs4",
    "fastapi.middleware.cors", "jsonschema", "jwt", "langchain_classic.retrievers",
    "langchain_core.callbacks.manager", "langchain_core.document_loaders",
    "langchain_text_splitters", "ldap3", "markdown", "mcp.shared.auth", "numpy", "PIL.Image",
    "psycopg", "pycrdt", "pydantic", "requests", "socketio", "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite", "sqlalchemy.ext.asyncio", "starsessions.stores.redis", "typer",
    "uvicorn", "validators", "yaml",
)  # fmt: skip
"""The slowest; what a version lacks is left out. Not Open WebUI itself: it reads its environment
while it is imported."""


@dataclass
class Job:
    """A program to run, as a line of JSON: what an interpreter is called with."""

    arguments: list[str]
    environment: dict[str, str]
    directory: str
    streams: list[int] = field(default_factory=list)


def main(address: str) -> int:
    """Answer requests until nobody is there any more; a forked child returns its job's status."""
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)  # noqa: T201 - said to who started it
        job = _serve(listener)
    return 0 if job is None else _run(job)


def _serve(listener: socket.socket) -> Job | None:
    """Fork for every request; a job, in the child that is to do it."""
    waking, woken = socket.socketpair()
    woken.setblocking(False)
    signal.set_wakeup_fd(woken.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as selector, waking, woken:
        for readable in (listener, waking, sys.stdin):
            selector.register(readable, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:  # closed: the tests have ended
                    return None
                if key.fileobj is waking:
                    waking.recv(4096)
                    _tell_ends(children)
                    continue
                connection, _ = listener.accept()
                job = _job(connection)
                pid = os.fork()
                if not pid:
                    signal.set_wakeup_fd(-1)
                    for other in (connection, *children.values()):
                        other.close()
                    return job
                for stream in job.streams:
                    os.close(stream)
                children[pid] = connection
                connection.sendall(b"%d\n" % pid)


def _job(connection: socket.socket) -> Job:
    data, streams, _, _ = socket.recv_fds(connection, 65536, 2)
    while not data.endswith(b"\n"):
        more = connection.recv(65536)
        if not more:
            raise EOFError("half a request")
        data += more
    return Job(**json.loads(data), streams=list(streams))


def _tell_ends(children: dict[int, socket.socket]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        with children.pop(pid) as connection:
            try:
                connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
            except BrokenPipeError:
                continue


def _run(job: Job) -> int:
    """Become the program; its exit status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG: it does not outlive the tests
    os.setsid()
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for number, stream in enumerate(job.streams, 1):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(job.environment)
    os.chdir(job.directory)
    here = str(Path(__file__).parent)
    paths = job.environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [*filter(None, paths), *(path for path in sys.path if path not in (*paths, here))]
    try:
        if any(Path(path, "sitecustomize.py").exists() for path in filter(None, paths)):
            sys.modules.pop("sitecustomize", None)
            importlib.import_module("sitecustomize")
        _execute(job.arguments)
    except SystemExit as end:
        return _status(end.code)
    except BaseException:  # noqa: BLE001 - an interpreter prints it, whatever it is
        traceback.print_exc()
        return 1
    return 0


def _execute(arguments: list[str]) -> None:
    match arguments:
        case ["-m", name, *words]:
            sys.path.insert(0, str(Path.cwd()))
            sys.argv[:] = [name, *words]
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        case ["-c", program, *words]:
            sys.path.insert(0, "")
            sys.argv[:] = ["-c", *words]
            module = types.ModuleType("__main__")
            sys.modules["__main__"] = module
            exec(compile(program, "<string>", "exec"), module.__dict__)
        case [path, *words]:
            sys.path.insert(0, str(Path(path).parent))
            sys.argv[:] = [path, *words]
            runpy.run_path(path, run_name="__main__")
        case _:
            raise ValueError("nothing to run")


def _status(code: Any) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)  # noqa: T201 - as the interpreter does
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

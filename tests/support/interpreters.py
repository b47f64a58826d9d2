"""Starts programs with the interpreter of a deployment, without loading its libraries each time.

:func:`start` is ``subprocess.Popen`` for that: see :mod:`tests.support.fork_server`.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, TypeAlias

from tests.support.processes import end_with_parent

_OF_THE_INTERPRETER = "PYTHON"
_HARMLESS = {"PYTHONPATH"}


class Forked:
    """A process that a warm interpreter forked: what of ``subprocess.Popen`` the tests use."""

    def __init__(self, connection: socket.socket, arguments: Sequence[str]) -> None:
        """The other end of the connection is closed when the process has ended."""
        self._connection = connection
        self._lines = connection.makefile("rb")
        self._arguments = arguments
        self.pid = int(self._lines.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit status, negative for a signal; None while it runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it goes on.
        """
        status = self._look(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(list(self._arguments), timeout or 0)
        return status

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._connection], [], [], timeout)[0]:
            self.returncode = int(self._lines.readline())
            self._lines.close()
            self._connection.close()
        return self.returncode


Process: TypeAlias = Forked | subprocess.Popen[bytes]


def start(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    stdout: IO[Any],
    stderr: IO[Any] | None = None,
) -> Process:
    """Start ``INTERPRETER (-m MODULE | -c PROGRAM | FILE) ARGUMENT …`` in a session of its own.

    Anything else, and what changes how an interpreter starts, gets a process from the start.
    """
    python, *arguments = map(str, command)
    for_interpreter = {name for name in env if name.startswith(_OF_THE_INTERPRETER)} - _HARMLESS
    if for_interpreter or not Path(python).name.startswith("python"):
        return subprocess.Popen(
            [python, *arguments], env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL,
            stdout=stdout, stderr=stderr or stdout, start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - safe, as it says
        )  # fmt: skip
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(_warm(python))
    job = {"arguments": arguments, "environment": dict(env), "directory": str(cwd)}
    streams = [stdout.fileno(), (stderr or stdout).fileno()]
    data = json.dumps(job).encode() + b"\n"
    sent = socket.send_fds(connection, [data], streams)
    connection.sendall(data[sent:])
    return Forked(connection, [python, *arguments])


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    timeout: float | None = None,
    merged: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run it to its end and give what it said; ``merged`` puts both streams into ``stdout``.

    Raises:
        subprocess.TimeoutExpired: it went on, and was killed.
    """
    with _file() as out, _file() as err:
        process = start(command, env=env, cwd=cwd, stdout=out, stderr=out if merged else err)
        try:
            status = process.wait(timeout)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        said = [stream.read() for stream in (out, err) if not stream.seek(0)]
    return subprocess.CompletedProcess(list(map(str, command)), status, *said)


def _file() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


@cache
def _warm(python: str) -> str:
    """The address of a fork server of this interpreter, until this process ends."""
    place = tempfile.mkdtemp(prefix="fork-server-")
    address = f"{place}/socket"
    server = subprocess.Popen(
        [python, str(Path(__file__).with_name("fork_server.py")), address],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    ask, answer = server.stdin, server.stdout
    if ask is None or answer is None:
        raise TypeError("both were asked for")

    def end() -> None:
        ask.close()
        server.wait()
        answer.close()
        shutil.rmtree(place, ignore_errors=True)

    atexit.register(end)
    if answer.readline() != b"ready\n":
        sys.exit(f"{python} cannot load the libraries of Open WebUI")
    return address

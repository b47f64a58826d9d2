"""A signal ends a run, whatever it waits for."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from migrator_core.cli.exits import ExitStatus

PROGRAM = """
import asyncio, sys, threading, time
from migrator_core.cli import stopping
stopping.GRACE_SECONDS, stopping.LAST_SECONDS = {grace}, {last}

async def main(ended):
    stop = asyncio.Event()
    async with stopping.until_asked(stop, ended):
        print("ready", flush=True)
        {wait}
    print("ended by itself", flush=True)

ended = threading.Event()
try:
    asyncio.run(main(ended))
except asyncio.CancelledError:
    print("cancelled", flush=True)
finally:
    ended.set()
"""


@contextmanager
def running(wait: str, grace: float, last: float) -> Iterator[subprocess.Popen[str]]:
    program = PROGRAM.format(wait=wait, grace=grace, last=last)
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_looks_at_it_ends_by_itself(number: signal.Signals) -> None:
    with running("await stop.wait()", grace=60, last=60) as process:
        process.send_signal(number)
        assert process.communicate(timeout=30)[0] == "ended by itself\n"
        assert process.returncode == 0


def test_a_run_that_waits_for_a_server_is_cancelled() -> None:
    with running("await asyncio.Event().wait()", grace=0.1, last=60) as process:
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=30)[0] == "cancelled\n"


def test_a_run_that_waits_for_a_disk_is_ended_and_says_so() -> None:
    wait = "await asyncio.to_thread(time.sleep, 60)"
    with running(wait, grace=0.1, last=0.3) as process:
        process.send_signal(signal.SIGTERM)
        complaint = process.communicate(timeout=30)[1]
        assert process.returncode == ExitStatus.ABORTED
        assert "safe to run again" in complaint


def test_the_second_signal_ends_it_at_once() -> None:
    with running("await asyncio.to_thread(time.sleep, 60)", grace=60, last=60) as process:
        process.send_signal(signal.SIGTERM)
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
        assert process.returncode == -signal.SIGTERM

"""Lines on streams that go away."""

from __future__ import annotations

import subprocess
import sys

import pytest

from migrator_core.cli.output import say

WRITER = """
import sys
from migrator_core.cli.output import complain, say
for number in range(200_000):
    say(f"line {number}")
complain("to the end")
"""


def test_a_reader_that_leaves_ends_the_output_and_nothing_else() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"line 0\n"
        process.stdout.close()
        assert process.stderr.read() == b"to the end\n"
    assert process.returncode == 0


def test_a_full_disk_behind_the_output_ends_the_output_and_nothing_else() -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        finished = subprocess.run(
            [sys.executable, "-c", WRITER], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (finished.returncode, finished.stderr) == (0, b"to the end\n")


def test_what_a_terminal_cannot_show_is_spelled_out(capsys: pytest.CaptureFixture[str]) -> None:
    say("half an emoji: \ud83d")
    assert capsys.readouterr().out == "half an emoji: \\ud83d\n"

"""Lines on streams that go away."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from migrator_core.cli.masking import mask
from migrator_core.cli.output import complain, json_line, say

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


def test_nothing_in_a_line_acts_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("red \x1b[31m, bell \x07, name exe.\u202egpj\nnext line")
    complain("back\x08 and \x9b2J")
    shown = capsys.readouterr()
    assert shown.out == "red \\x1b[31m, bell \\x07, name exe.\\u202egpj\nnext line\n"
    assert shown.err == "back\\x08 and \\x9b2J\n"


def test_json_stays_json_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    record = {"text": "".join(map(chr, (*range(0x20), 0x7F, 0x9B, 0x202E, 0xE0041)))}
    say(json_line(record))
    line = capsys.readouterr().out
    assert json.loads(line) == record
    assert line[:-1].isascii()
    assert line[:-1].isprintable()


def test_an_address_is_masked_and_a_long_text_read_once() -> None:
    assert mask("of alice@example.com, <bob@b.org>: x@y@z") == (
        "of a***@example.com, <b***@b.org>: x***@y@z"
    )
    started = time.process_time()
    mask("a " * 500_000)
    prose = time.process_time() - started
    started = time.process_time()
    mask("a" * 1_000_000)
    assert time.process_time() - started < 20 * prose + 1, "quadratic, it would take an hour"

"""The streams of a terminal or a Job's log: every line of the tool goes through here.

A reader that goes away (``| head``) or a full disk behind a redirection ends the output, never the
migration.
"""

from __future__ import annotations

import os
import sys
from typing import TextIO


def say(line: str = "") -> None:
    """A line on standard output."""
    write_line(sys.stdout, line)


def complain(line: str) -> None:
    """A line on standard error."""
    write_line(sys.stderr, line)


def write_line(stream: TextIO, line: str) -> None:
    """A line on a stream, at once; characters that it cannot show are replaced."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    shown = line.encode(encoding, "backslashreplace").decode(encoding)
    try:
        stream.write(f"{shown}\n")
        stream.flush()
    except (OSError, ValueError):  # ValueError: it is closed already
        silence(stream)


def silence(stream: TextIO) -> None:
    """Send what is still to come nowhere, so that the interpreter's own flush cannot fail."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):  # no file behind it, as in a test or a notebook
        return

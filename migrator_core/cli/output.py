"""The streams of a terminal or a Job's log: every line of the tool goes through here.

So nothing in a line can act on a terminal, whoever wrote it.

A reader that goes away (``| head``) or a full disk behind a redirection ends the output, never the
migration.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

from migrator_core.visible import visible_lines


def say(line: str = "") -> None:
    """A line on standard output."""
    write_line(sys.stdout, line)


def complain(line: str) -> None:
    """A line on standard error."""
    write_line(sys.stderr, line)


def json_line(record: dict[str, Any]) -> str:
    """A record as a line of JSON that is plain, visible ASCII."""
    return json.dumps(record).replace("\x7f", "\\u007f")


def write_line(stream: TextIO, line: str) -> None:
    """A line on a stream, at once; what acts, hides or cannot be shown is spelled out."""
    line = visible_lines(line)
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

"""The last word of a Job, for Kubernetes to show beside its exit status."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from migrator_core.visible import visible

VARIABLE = "MIGRATION_TERMINATION_LOG"
"""Environment variable: the file for the last word (in a pod ``/dev/termination-log``)."""

_LONGEST = 2000
"""Bytes; Kubernetes keeps 4096 of all that is written there."""


def leave_word(text: str) -> None:
    """Add ``text``, as one line, to the file that the environment names, if it names one."""
    name = os.environ.get(VARIABLE, "").strip()
    if not name:
        return
    plain = visible(" ".join(text.split()))
    line = plain.encode()[:_LONGEST].decode("utf-8", "ignore")
    # The log and the exit status say the same: a run must not fail over this file.
    with suppress(OSError), Path(name).open("a", encoding="utf-8") as file:
        file.write(line + "\n")

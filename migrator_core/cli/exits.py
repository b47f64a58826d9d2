"""Exit statuses, a contract with scripts and the chart."""

from __future__ import annotations

from enum import IntEnum

from migrator_core.errors import AbortedError, CannotStartError, MigratorError, UsageError


class ExitStatus(IntEnum):
    """What a finished process tells its caller."""

    FINISHED = 0
    USAGE = 2
    CANNOT_START = 10
    WARNINGS = 11
    SOME_FAILED = 20
    ABORTED = 30
    DIFFERENCES = 40


def exit_status(error: MigratorError) -> ExitStatus:
    """The status for an error that ended the run."""
    match error:
        case UsageError():
            return ExitStatus.USAGE
        case CannotStartError():
            return ExitStatus.CANNOT_START
        case AbortedError():
            return ExitStatus.ABORTED
        case _:
            return ExitStatus.ABORTED

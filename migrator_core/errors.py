"""The errors an operator can meet. Each says what is wrong, where, and what to do."""

from __future__ import annotations


class MigratorError(Exception):
    """Base of every error this tool raises on purpose; ``str()`` is fit for an operator."""


class CannotStartError(MigratorError):
    """Nothing was touched: the run cannot begin (exit status 10)."""


class UsageError(MigratorError):
    """The command or a setting is wrong (exit status 2)."""


class AbortedError(MigratorError):
    """The run stopped before its end and is safe to run again (exit status 30)."""

"""The command line: ``librechat-migrate VERB [options]``."""

from __future__ import annotations

import os
from collections.abc import Sequence

from migrator_core.cli.arguments import build_parser
from migrator_core.cli.exits import ExitStatus, exit_status
from migrator_core.cli.masking import mask
from migrator_core.cli.output import complain
from migrator_core.cli.termination import leave_word
from migrator_core.errors import MigratorError
from migrator_core.visible import visible, visible_lines

DEBUG = "LIBRECHAT_MIGRATE_DEBUG"
"""Environment variable: show where an unexpected error happened."""

_LONGEST = 300
"""Characters of an unexpected error's own text; it may quote what it was given."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and give its exit status (:class:`.ExitStatus`)."""
    parsed = build_parser().parse_args(arguments)
    try:
        return int(parsed.run_verb(parsed))
    except MigratorError as error:
        words = visible_lines(mask(str(error)))
        complain(f"librechat-migrate: {words}")
        leave_word(words)
        return int(exit_status(error))
    except KeyboardInterrupt:
        complain("librechat-migrate: stopped. It is safe to run again.")
        return int(ExitStatus.ABORTED)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        what = f"unexpected error: {type(error).__name__}: {visible(mask(str(error)))[:_LONGEST]}"
        leave_word(what)
        complain(
            f"librechat-migrate: {what}\n"
            "This is a flaw of the tool; please report it. What was written so far is complete, "
            f"and it is safe to run again. Set {DEBUG}=1 to see where it happened."
        )
        return int(ExitStatus.ABORTED)

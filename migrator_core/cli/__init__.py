"""The command line: ``librechat-migrate VERB [options]``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from migrator_core.cli.arguments import build_parser
from migrator_core.cli.exits import ExitStatus, exit_status
from migrator_core.cli.termination import leave_word
from migrator_core.errors import MigratorError

DEBUG = "LIBRECHAT_MIGRATE_DEBUG"
"""Environment variable: show where an unexpected error happened."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and give its exit status (``docs/command-line.md`` lists them)."""
    parsed = build_parser().parse_args(arguments)
    try:
        return int(parsed.run_verb(parsed))
    except MigratorError as error:
        sys.stderr.write(f"librechat-migrate: {error}\n")
        leave_word(str(error))
        return int(exit_status(error))
    except KeyboardInterrupt:
        sys.stderr.write("librechat-migrate: stopped. It is safe to run again.\n")
        return int(ExitStatus.ABORTED)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        leave_word(f"unexpected error: {type(error).__name__}: {error}")
        sys.stderr.write(
            f"librechat-migrate: unexpected error: {type(error).__name__}: {error}\n"
            "This is a flaw of the tool; please report it. What was written so far is complete, "
            f"and it is safe to run again. Set {DEBUG}=1 to see where it happened.\n"
        )
        return int(ExitStatus.ABORTED)

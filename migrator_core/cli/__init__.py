"""The command line: ``librechat-migrate VERB [options]``."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from migrator_core.cli.arguments import build_parser
from migrator_core.cli.exits import ExitStatus, exit_status
from migrator_core.errors import MigratorError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and give its exit status (``docs/command-line.md`` lists them)."""
    parsed = build_parser().parse_args(arguments)
    try:
        return int(parsed.run_verb(parsed))
    except MigratorError as error:
        sys.stderr.write(f"librechat-migrate: {error}\n")
        return int(exit_status(error))
    except KeyboardInterrupt:
        sys.stderr.write("librechat-migrate: stopped. It is safe to run again.\n")
        return int(ExitStatus.ABORTED)
    except BrokenPipeError:
        # Whoever read our output has gone (a pager that was closed).
        sys.stderr.close()
        return int(ExitStatus.ABORTED)

"""``python -m tests.machine``: people, backups, runs and kills in random order."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from migrator_core.openwebui.python_package import import_open_webui
from tests.support.databases import sqlite_template
from tests.support.environments import CURRENT, deployment


def main() -> int:
    """Play; a difference ends it with the shortest story that shows it."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="machine-") as home:
        template = arguments.template or sqlite_template(Path(home) / "template")
        place = deployment(CURRENT, Path(home) / "open-webui")
        os.environ.clear()
        os.environ.update(place.variables, ENABLE_DB_MIGRATIONS="false")
        os.chdir(home)
        import_open_webui(read_only=False)
        machine = importlib.import_module("tests.machine.machine").Machine
        machine.template = template
        chosen = settings(
            max_examples=arguments.examples,
            stateful_step_count=arguments.steps,
            derandomize=arguments.seed is None,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.verbose if arguments.verbose else Verbosity.normal,
            phases=[Phase.generate, *([] if arguments.no_shrink else [Phase.shrink])],
            print_blob=False,
        )
        if arguments.seed is not None:
            machine = seed(arguments.seed)(machine)
        run_state_machine_as_test(machine, settings=chosen)
    sys.stdout.write(f"{arguments.examples} stories of up to {arguments.steps} deeds: as told.\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.machine", description=__doc__)
    parser.add_argument("--seed", type=int, help="where to begin; without it, always the same")
    parser.add_argument("--examples", type=int, default=200, help="stories (default: 200)")
    parser.add_argument("--steps", type=int, default=30, help="deeds in each (default: 30)")
    parser.add_argument("--template", type=Path, help="an Open WebUI database to begin with")
    parser.add_argument("--verbose", action="store_true", help="tell every story")
    parser.add_argument("--no-shrink", action="store_true", help="do not shorten what failed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

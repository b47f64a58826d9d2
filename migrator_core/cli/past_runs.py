"""``runs`` and ``report``: what the ledger in Open WebUI's database remembers."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

from migrator_core.cli.exits import ExitStatus
from migrator_core.report import isoformat
from migrator_core.runs import past_report, past_runs


def list_runs(*, as_json: bool) -> ExitStatus:
    """Print the runs, the last one first.

    Raises:
        CannotStartError: Open WebUI or its database cannot be reached.
    """
    runs = asyncio.run(past_runs())
    if as_json:
        for run in runs:
            sys.stdout.write(json.dumps(asdict(run)) + "\n")
        return ExitStatus.FINISHED
    if not runs:
        sys.stdout.write("No run has written to this Open WebUI. (Previews leave no trace.)\n")
        return ExitStatus.FINISHED
    sys.stdout.write(f"{'run':36}  {'started':20}  {'state':11}  {'migrated':>9}  backup\n")
    for run in runs:
        migrated = sum(entry.get("migrated", 0) for entry in run.counts.values())
        sys.stdout.write(
            f"{run.id:36}  {isoformat(run.started_at):20}  {run.state:11}  {migrated:>9,}  "
            f"{run.backup_path}\n"
        )
    return ExitStatus.FINISHED


def write_report(run: str | None, directory: Path | None) -> ExitStatus:
    """Write a past run's reports again.

    Raises:
        CannotStartError: there is no such run, or the database cannot be reached.
    """
    written = asyncio.run(past_report(run, directory))
    sys.stdout.write(f"reports: {written}\n")
    return ExitStatus.FINISHED

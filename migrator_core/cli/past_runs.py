"""``runs`` and ``report``: what the ledger in Open WebUI's database remembers."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path

from migrator_core import past_report, past_runs
from migrator_core.cli.exits import ExitStatus
from migrator_core.cli.output import json_line, say
from migrator_core.report import isoformat
from migrator_core.visible import visible


def list_runs(*, as_json: bool) -> ExitStatus:
    """Print the runs, the last one first.

    Raises:
        CannotStartError: Open WebUI or its database cannot be reached.
    """
    runs = asyncio.run(past_runs())
    if as_json:
        for run in runs:
            say(json_line(asdict(run)))
        return ExitStatus.FINISHED
    if not runs:
        say("No run has written to this Open WebUI. (Previews leave no trace.)")
        return ExitStatus.FINISHED
    say(f"{'run':36}  {'started':20}  {'state':11}  {'migrated':>9}  backup")
    for run in runs:
        migrated = sum(entry.get("migrated", 0) for entry in run.counts.values())
        say(
            f"{run.id:36}  {isoformat(run.started_at):20}  {run.state:11}  {migrated:>9,}  "
            f"{f'undo of {run.undoes}' if run.undoes else visible(run.backup_path)}"
        )
    return ExitStatus.FINISHED


def write_report(run: str | None, directory: Path | None) -> ExitStatus:
    """Write a past run's reports again.

    Raises:
        CannotStartError: there is no such run, or the database cannot be reached.
    """
    written = asyncio.run(past_report(run, directory))
    say(f"reports: {visible(str(written))}")
    return ExitStatus.FINISHED

"""Runs the tool's command line in a process of its own, as an operator would."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import interpreters, program
from tests.support.environments import Deployment

TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Finished:
    """How a call ended: exit status, everything it printed, where its report lies."""

    status: int
    output: str
    report_dir: Path

    @property
    def report(self) -> dict[str, Any]:
        """``report.json``."""
        report: dict[str, Any] = json.loads((self.report_dir / "report.json").read_text("utf-8"))
        return report

    @property
    def collections(self) -> dict[str, Any]:
        """The counts by collection."""
        collections: dict[str, Any] = self.report["collections"]
        return collections


def migrate(
    deployment: Deployment,
    backup: Path,
    report_dir: Path,
    *options: str,
    variables: Mapping[str, str] | None = None,
    unprivileged: bool = False,
) -> Finished:
    """``run`` with these options; ``unprivileged`` takes root's rights away, if there are any."""
    prefix: list[str] = []
    if unprivileged and os.geteuid() == 0:
        # The same user id, so that it can still reach its interpreter, but file permissions hold.
        prefix = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    command = [*prefix, *program.command(deployment.python), "run"]
    return _call(command, deployment, backup, report_dir, options, variables or {})


def verify(deployment: Deployment, backup: Path, report_dir: Path, *options: str) -> Finished:
    """``verify`` with these options."""
    command = [*program.command(deployment.python), "verify"]
    return _call(command, deployment, backup, report_dir, options, {})


def undo(deployment: Deployment, report_dir: Path, *words: str) -> Finished:
    """``undo`` with these words: a run's id, or options."""
    command = [*program.command(deployment.python), "undo", *words]
    return Finished(
        *_ended(deployment, [*command, "--report-dir", str(report_dir)], {}), report_dir
    )


def _call(
    command: Sequence[str],
    deployment: Deployment,
    backup: Path,
    report_dir: Path,
    options: Sequence[str],
    variables: Mapping[str, str],
) -> Finished:
    words = [*command, "--backup", str(backup), "--report-dir", str(report_dir), *options]
    return Finished(*_ended(deployment, words, variables), report_dir)


def call(deployment: Deployment, *words: str, **variables: str) -> tuple[int, str]:
    """Any verb: its exit status, and everything that it printed."""
    return _ended(deployment, [*program.command(deployment.python), *words], variables)


def _ended(
    deployment: Deployment, command: Sequence[str], variables: Mapping[str, str]
) -> tuple[int, str]:
    finished = interpreters.run(
        command,
        env=program.variables(deployment.variables) | dict(variables),
        cwd=deployment.home,
        timeout=TIMEOUT_SECONDS,
        merged=True,
    )
    return finished.returncode, finished.stdout

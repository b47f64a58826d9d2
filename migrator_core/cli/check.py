"""``check``: what prevents a run, and what to expect of one."""

from __future__ import annotations

import asyncio

from migrator_core import Findings, check
from migrator_core.cli.exits import ExitStatus
from migrator_core.cli.masking import mask
from migrator_core.cli.output import say
from migrator_core.settings import Settings
from migrator_core.visible import visible
from migrator_core.wording import size


def check_readiness(settings: Settings) -> ExitStatus:
    """Print what was found: facts, then warnings, then what is in the way."""
    found = asyncio.run(check(settings))
    for line in _facts(found):
        say(visible(mask(line)))
    for warning in found.warnings:
        say(f"warning: {visible(mask(warning))}")
    for problem in found.problems:
        say(f"problem: {visible(mask(problem))}")
    if found.problems:
        return ExitStatus.CANNOT_START
    say("A run can begin. `librechat-migrate run --dry-run` says what would arrive.")
    return ExitStatus.WARNINGS if found.warnings else ExitStatus.FINISHED


def _facts(found: Findings) -> list[str]:
    backup = "backup: none"
    if found.chosen is not None:
        backup = f"backup: {found.chosen.path} ({found.chosen.kind}, {size(found.chosen.size)})"
    return [
        f"Open WebUI {found.version} on {found.database}",
        backup,
        f"free for unpacking: {size(found.free)}",
        *found.facts,
    ]

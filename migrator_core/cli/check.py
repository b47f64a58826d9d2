"""``check``: what prevents a run, and what to expect of one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from migrator_core import Findings, check
from migrator_core.cli.exits import ExitStatus
from migrator_core.cli.masking import mask
from migrator_core.cli.output import say
from migrator_core.errors import UsageError
from migrator_core.settings import Settings
from migrator_core.visible import visible
from migrator_core.wording import size


def check_readiness(settings: Settings, model_map: str | None = None) -> ExitStatus:
    """Print what was found: facts, then warnings, then what is in the way.

    ``model_map`` is where a suggested one goes, ``-`` for standard output.

    Raises:
        UsageError: it cannot be written there.
    """
    found = asyncio.run(check(settings))
    for line in _facts(found):
        say(visible(mask(line)))
    for warning in found.warnings:
        say(f"warning: {visible(mask(warning))}")
    if model_map is not None:
        _suggest(found.model_map, model_map)
    for problem in found.problems:
        say(f"problem: {visible(mask(problem))}")
    if found.problems:
        return ExitStatus.CANNOT_START
    say("A run can begin. `librechat-migrate run --dry-run` says what would arrive.")
    return ExitStatus.WARNINGS if found.warnings else ExitStatus.FINISHED


def _suggest(model_map: Mapping[str, str], where: str) -> None:
    if not model_map:
        say("No model map is needed, as far as is known.")
        return
    # In ASCII, escapes included: nothing in a name can act on a terminal.
    text = json.dumps(dict(model_map), indent=2)
    if where == "-":
        say(text)
        return
    try:
        Path(where).write_text(f"{text}\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"--suggest-model-map: {where} cannot be written: {error}") from error
    say(
        f"A model map for {len(model_map):,} names is in {where}. Look it through; an empty one "
        "leads nowhere."
    )


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

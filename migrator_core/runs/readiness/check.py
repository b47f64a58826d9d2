"""The check: one look after the other, from one list. Nothing is written anywhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Final

from migrator_core.errors import MigratorError
from migrator_core.openwebui import OpenWebUI
from migrator_core.runs.past import History
from migrator_core.runs.readiness.contents import look_inside
from migrator_core.runs.readiness.findings import COMMAND_LINE, Door, Findings
from migrator_core.runs.readiness.history import look_at_earlier_runs
from migrator_core.runs.readiness.place import look_for_backups, look_for_room, look_for_tools
from migrator_core.runs.readiness.selection import look_at_the_selection
from migrator_core.settings import Settings

Look = Callable[[Findings], Awaitable[None]]

QUICK: Final[tuple[Look, ...]] = (look_for_backups, look_for_tools, look_for_room)
"""Looks that open no backup: they take no time, however large it is."""

LOOKS: Final[tuple[Look, ...]] = (*QUICK, look_at_earlier_runs, look_at_the_selection, look_inside)
"""All looks, in their order: each may use what those before it have found."""


async def check(
    settings: Settings, name: str = "", *, door: Door = COMMAND_LINE, quick: bool = False
) -> Findings:
    """Say what prevents a run with these settings, and what to expect of one.

    ``name`` chooses one of several backups. Blocks while it reads: a server calls it in a thread
    with an event loop of its own. ``quick`` opens no backup.
    """
    found = Findings(settings, door, name)
    async with AsyncExitStack() as stack:
        try:
            found.target = await stack.enter_async_context(await OpenWebUI.connect(read_only=True))
            found.version = found.target.version
            found.database = "SQLite" if found.target.dialect == "sqlite" else "PostgreSQL"
            found.last_run = next(iter(await History(found.target).runs()), None)
        except MigratorError as error:
            found.target = None
            found.problems.append(str(error))
        for look in QUICK if quick else LOOKS:
            await look(found)
    found.target = None
    return found

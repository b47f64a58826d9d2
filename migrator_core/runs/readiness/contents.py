"""What is in the backup: whether it is whole, and what it needs here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from migrator_core.errors import CannotStartError, MigratorError
from migrator_core.librechat import Backup, ObjectStores, open_backup
from migrator_core.openwebui import OpenWebUI
from migrator_core.runs.directories import work_directory
from migrator_core.runs.past import History
from migrator_core.runs.readiness.findings import COMMAND_LINE, Findings
from migrator_core.runs.readiness.models import NamedModels
from migrator_core.runs.readiness.people import People
from migrator_core.runs.readiness.remote_files import RemoteFiles
from migrator_core.runs.readiness.stored_files import StoredFiles
from migrator_core.selection import Part
from migrator_core.settings import Settings
from migrator_core.wording import size

_UNPACKED_AT_MOST = 100 * 1024 * 1024
"""Bytes of a packed backup that a check unpacks: it is to answer in seconds."""


class Look(Protocol):
    """A part of a backup that a check reads, and then has something to say of."""

    def read(self, backup: Backup) -> None:
        """Look at it, in a thread."""

    async def say(self, found: Findings) -> None:
        """Add what is known to what was found."""


async def look_inside(found: Findings) -> None:
    """Open the backup, where that takes seconds at most and nothing speaks against it."""
    offer = found.chosen
    if offer is None or found.problems:
        return
    if offer.packed and offer.size > _UNPACKED_AT_MOST:
        found.facts.append(
            f"{offer.path.name} is packed and has {size(offer.size)}; what is in it is looked at "
            "when it is unpacked, in a preview."
        )
        return
    parts: Sequence[Look] = (
        People(external=found.settings.external_users == "link"),
        StoredFiles(),
        RemoteFiles(),
        NamedModels(),
    )
    try:
        await asyncio.to_thread(_read, offer.path, parts, found)
    except MigratorError as error:
        found.problems.append(str(error))
        return
    for part in parts:
        await part.say(found)


async def refuse_what_cannot_end(
    settings: Settings, target: OpenWebUI, backup: Backup, stores: ObjectStores
) -> None:
    """What a run looks at before its first write, with the backup open.

    Raises:
        CannotStartError: its files could not be fetched or stored.
    """
    if stores.stores:
        elsewhere = Findings(settings, COMMAND_LINE, target=target)
        remote = RemoteFiles()
        await asyncio.to_thread(remote.read, backup)
        await remote.look(stores, elsewhere)
        if elsewhere.problems:
            raise CannotStartError(" ".join(elsewhere.problems))
    if settings.dry_run or not settings.selection.has(Part.FILES):
        return
    found = Findings(settings, COMMAND_LINE, target=target)
    found.last_run = next(iter(await History(target).runs()), None)
    files = StoredFiles()
    if found.needs_all_room:  # else what they need is no reason to refuse
        await asyncio.to_thread(files.read, backup)
    await files.say(found)
    if found.problems:
        raise CannotStartError(" ".join(found.problems))


def _read(path: Path, parts: Sequence[Look], found: Findings) -> None:
    allowed = found.settings.allow_incomplete
    with work_directory() as workdir:
        backup = open_backup(path, workdir=workdir, allow_incomplete=allowed)
        with closing(backup):
            for part in parts:
                part.read(backup)
            found.warnings += [notice.detail for notice in backup.notices]

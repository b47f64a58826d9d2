"""Opening a backup for an Open WebUI that is connected: the same for all that reads both."""

from __future__ import annotations

import asyncio
from pathlib import Path

from migrator_core.librechat import Backup, open_backup
from migrator_core.openwebui import OpenWebUI
from migrator_core.progress import EventKind, Progress
from migrator_core.settings import Settings


async def open_for(
    target: OpenWebUI, settings: Settings, workdir: Path, progress: Progress
) -> Backup:
    """Say what is connected, open the backup, and say what it is.

    Raises:
        CannotStartError: there is no backup that can be read.
    """
    progress.emit(EventKind.NOTE, f"Open WebUI {target.version} on {target.dialect}")
    backup = await asyncio.to_thread(
        open_backup,
        settings.backup_dir,
        workdir=workdir,
        allow_incomplete=settings.allow_incomplete,
        foreign=[target.uploads],
    )
    progress.emit(EventKind.NOTE, f"backup: {backup.path} ({backup.kind})")
    return backup

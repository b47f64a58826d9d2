"""What a check has found, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from migrator_core.librechat.recognise.discovery import Offer
from migrator_core.openwebui import OpenWebUI, RunRecord
from migrator_core.settings import Settings


@dataclass(frozen=True, slots=True)
class Door:
    """How the person is spoken to who asked.

    ``place`` names what says where the backup is, ``choosing`` how to choose one of several.
    """

    place: str
    choosing: str


COMMAND_LINE = Door("--backup (BACKUP_DIR)", "Name one with --backup (BACKUP_DIR)")


@dataclass(slots=True)
class Findings:
    """What is known so far, and what it is known from; every look adds to it.

    ``problems`` prevent a run, ``warnings`` never do, ``facts`` are good to know. ``offers`` are
    the backups at the place that the settings name, ``name`` chooses one of them; ``free`` is in
    bytes. ``target`` is there while Open WebUI is connected. ``accounts`` are those that people's
    content goes to, by LibreChat's ids; ``model_map`` leads the names of models that are not
    connected to those that are most like them.
    """

    settings: Settings
    door: Door
    name: str = ""
    target: OpenWebUI | None = None
    offers: Sequence[Offer] = ()
    chosen: Offer | None = None
    version: str = "unknown"
    database: str = "unknown"
    free: int = 0
    last_run: RunRecord | None = None
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    accounts: Mapping[str, str] = field(default_factory=dict)
    model_map: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs_all_room(self) -> bool:
        """Whether all files are to be stored: none by an earlier run, none left out."""
        everything = self.settings.selection.is_everything and not self.settings.tenant
        return self.last_run is None and everything

    @property
    def place(self) -> Path:
        """Where the backup is, or a folder with backups."""
        return self.settings.backup_dir

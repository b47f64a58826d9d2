"""A backup that was found: what it holds, and what stands in the way of reading it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from migrator_core.librechat.collection_names import ESSENTIAL
from migrator_core.librechat.containers.compressed import Packed
from migrator_core.librechat.recognise.scan import FoundFile


class BackupKind(StrEnum):
    """How the database was backed up."""

    MONGOEXPORT = "mongoexport"
    MONGODUMP = "mongodump"
    MONGODUMP_ARCHIVE = "mongodump-archive"


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that seems to hold a collection, but cannot be read; ``why`` ends a sentence."""

    label: str
    collection: str
    why: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One backup of one database.

    ``root`` is the folder with the collections' files, or the archive file; ``files`` maps
    collection names to files and is empty for an archive; ``archive`` and ``packed`` (how to read
    it) are set for an archive only. ``full`` are the collections that hold documents, as far as
    that can be told without reading them, ``size`` the bytes of the essential ones.
    ``lost`` maps collections whose data is missing to the file that says they were dumped.
    ``flaw`` is a sentence that says why nobody can tell what is meant.
    """

    kind: BackupKind
    root: Path
    label: str
    database: str | None
    names: frozenset[str]
    full: frozenset[str]
    size: int
    files: Mapping[str, FoundFile] = field(default_factory=dict)
    archive: FoundFile | None = None
    packed: Packed | None = None
    lost: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
    flaw: str | None = None

    @property
    def complete(self) -> bool:
        """Whether it holds what every backup of LibreChat holds."""
        return self.full >= ESSENTIAL

    @property
    def name(self) -> str:
        """What tells it from the others of one dump: the database in an archive, else the place."""
        return f"{self.label} ({self.database})" if self.archive is not None else self.label

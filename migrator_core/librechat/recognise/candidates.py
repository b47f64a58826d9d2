"""Which of the things a scan found are backups of LibreChat, and which one is meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from migrator_core.errors import CannotStartError
from migrator_core.librechat.collection import NoticeLog
from migrator_core.librechat.collection_names import (
    ESSENTIAL,
    KNOWN,
    OTHER_DATABASES,
    TELLING,
    collection_name,
    is_ignored_collection,
    is_ignored_file,
)
from migrator_core.librechat.recognise.scan import FoundFile, Scan, label_of
from migrator_core.librechat.recognise.sniff import Form

_BSON = frozenset({Form.BSON, Form.EMPTY_BSON})
_JSON = frozenset({Form.JSON, Form.EMPTY_JSON})


class BackupKind(StrEnum):
    """How the database was backed up."""

    MONGOEXPORT = "mongoexport"
    MONGODUMP = "mongodump"
    MONGODUMP_ARCHIVE = "mongodump-archive"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One backup of one database.

    ``root`` is the folder with the collections' files, or the archive file; ``files`` maps
    collection names to files and is empty for an archive, ``archive`` is set for an archive only.
    """

    kind: BackupKind
    root: Path
    label: str
    database: str | None
    names: frozenset[str]
    files: Mapping[str, FoundFile] = field(default_factory=dict)
    archive: FoundFile | None = None

    @property
    def complete(self) -> bool:
        """Whether it holds what every backup of LibreChat holds."""
        return self.names >= ESSENTIAL


Databases = Mapping[str, frozenset[str]]


def find_candidates(
    found: Scan, databases_in: Callable[[FoundFile], Databases | None], notices: NoticeLog
) -> list[Candidate]:
    """All backups in a scan. ``databases_in`` reads what an archive says it holds."""
    folders: defaultdict[Path, list[FoundFile]] = defaultdict(list)
    for file in found.files:
        folders[file.path.parent].append(file)
    dumps: list[Candidate] = []
    others: list[Candidate] = []
    for folder, files in folders.items():
        dump = _dumped(folder, files, found, notices)
        export = _exported(folder, files, found, notices)
        if dump is not None and export is not None:
            notices.oddity(
                f"{dump.label} holds the collections as BSON and as JSON; the BSON was read."
            )
        elif export is not None:
            others.append(export)
        if dump is not None:
            dumps.append(dump)
    archives = [
        archive_candidate(file, databases_in(file), notices) for file in found.having(Form.ARCHIVE)
    ]
    return _one_database_each(dumps, notices) + others + archives


def _dumped(
    folder: Path, files: list[FoundFile], found: Scan, notices: NoticeLog
) -> Candidate | None:
    if folder.name in OTHER_DATABASES:
        return None
    chosen = _by_collection([file for file in files if file.form in _BSON], notices)
    if not chosen.keys() & TELLING or not _has_content(chosen):
        return None
    label = label_of(folder, found.root)
    kind = BackupKind.MONGODUMP
    return Candidate(kind, folder, label, folder.name, frozenset(chosen), chosen)


def _exported(
    folder: Path, files: list[FoundFile], found: Scan, notices: NoticeLog
) -> Candidate | None:
    exported = [file for file in files if file.form in _JSON]
    mine = [file for file in exported if _is_collection(file)]
    chosen = _by_collection(mine, notices)
    telling = [
        name
        for name, file in chosen.items()
        if (file.sniffed.has_id and name in TELLING) or name in ESSENTIAL
    ]
    if not telling or not _has_content(chosen):
        return None
    for file in exported:
        if file not in mine and not is_ignored_file(file.path.name):
            notices.oddity(f"{file.label} is no collection of LibreChat; it was not read.")
    label = label_of(folder, found.root)
    kind = BackupKind.MONGOEXPORT
    return Candidate(kind, folder, label, None, frozenset(chosen), chosen)


def _has_content(files: Mapping[str, FoundFile]) -> bool:
    """Whether there is a document anywhere; else only all the essential (empty) files convince."""
    full = any(file.form in {Form.BSON, Form.JSON} for file in files.values())
    return full or files.keys() >= ESSENTIAL


def _is_collection(file: FoundFile) -> bool:
    return file.sniffed.has_id or collection_name(file.path.name) in KNOWN


def _by_collection(files: Iterable[FoundFile], notices: NoticeLog) -> dict[str, FoundFile]:
    """One file per collection; plain before compressed, short name before long."""
    chosen: dict[str, FoundFile] = {}
    for file in sorted(files, key=lambda file: (len(file.path.name), file.path.name)):
        if is_ignored_file(file.path.name):
            continue
        name = collection_name(file.path.name)
        if name in chosen:
            notices.oddity(
                f"{file.label} and {chosen[name].label} are the same collection; "
                f"only {chosen[name].label} was read."
            )
        else:
            chosen[name] = file
    return chosen


def archive_candidate(
    file: FoundFile, databases: Databases | None, notices: NoticeLog
) -> Candidate:
    """What an archive holds of LibreChat; without any telling collection, an empty candidate."""
    named = {
        name: frozenset(
            collection.lower()
            for collection in collections
            if not is_ignored_collection(collection)
        )
        for name, collections in (databases or {}).items()
        if name not in OTHER_DATABASES
    }
    best = best_databases(named)
    if len(best) > 1:
        raise CannotStartError(
            f"{file.label} holds several databases that look like LibreChat's: "
            f"{', '.join(sorted(best))}. Make a dump of the right one (mongodump --db NAME) and "
            "name that."
        )
    database = best[0] if best else None
    if database is not None:
        note_other_databases(database, named, notices)
    names = named[database] if database is not None else frozenset()
    kind = BackupKind.MONGODUMP_ARCHIVE
    return Candidate(kind, file.path, file.label, database, names, archive=file)


def best_databases(databases: Databases) -> list[str]:
    """The databases that are LibreChat's: one, several that cannot be told apart, or none.

    With conversations and messages comes before with users; a tie goes to the usual name.
    """
    ranks = {
        name: ({"conversations", "messages"} <= names, "users" in names)
        for name, names in databases.items()
        if names & TELLING
    }
    best = [name for name, rank in ranks.items() if rank == max(ranks.values())]
    usual = [name for name in best if name.lower() == "librechat"]
    if len(usual) > 1:
        usual = [name for name in usual if name == "LibreChat"] or usual
    return usual if len(best) > 1 and usual else best


def note_other_databases(chosen: str, databases: Databases, notices: NoticeLog) -> None:
    """Tell the operator which databases were left alone."""
    others = sorted(name for name, names in databases.items() if name != chosen and names & TELLING)
    if others:
        notices.oddity(
            f"The dump also holds {', '.join(others)}, which look like LibreChat's databases too; "
            f"{chosen} was read."
        )


def _one_database_each(dumps: list[Candidate], notices: NoticeLog) -> list[Candidate]:
    """Folders side by side are the databases of one dump: keep the one that is LibreChat's."""
    groups: defaultdict[Path, list[Candidate]] = defaultdict(list)
    for dump in dumps:
        groups[dump.root.parent].append(dump)
    kept: list[Candidate] = []
    for group in groups.values():
        databases = {dump.root.name: dump.names for dump in group}
        best = best_databases(databases)
        if len(best) == 1:
            note_other_databases(best[0], databases, notices)
        kept += [dump for dump in group if dump.root.name in best]
    return kept


def choose(candidates: list[Candidate], path: Path, notices: NoticeLog) -> Candidate:
    """The one that is meant: the only one, or the only complete one.

    Raises:
        CannotStartError: nobody can tell; it lists them all.
    """
    if len(candidates) == 1:
        return candidates[0]
    complete = [candidate for candidate in candidates if candidate.complete]
    if len(complete) == 1:
        others = ", ".join(sorted(c.label for c in candidates if c is not complete[0]))
        notices.oddity(f"{complete[0].label} was read; incomplete backups beside it: {others}.")
        return complete[0]
    listed = "\n".join(f"  {path / c.label} ({c.kind})" for c in candidates[:20])
    raise CannotStartError(
        f"{path} holds {len(candidates)} backups, and it is not for this tool to guess which one "
        f"is meant. Name one of them:\n{listed}"
    )

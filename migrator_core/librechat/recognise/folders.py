"""What each folder of a scan holds of LibreChat: mongodump's files, or mongoexport's."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from migrator_core.librechat.collection import NoticeLog
from migrator_core.librechat.collection_file_names import (
    collection_name,
    is_ignored_file,
    is_set_aside,
    metadata_of,
)
from migrator_core.librechat.collection_names import (
    ESSENTIAL,
    OTHER_DATABASES,
    TELLING,
    is_known,
)
from migrator_core.librechat.containers.compressed import DAMAGED, GuardedStream
from migrator_core.librechat.limits import MIB, Limits
from migrator_core.librechat.recognise.assigning import Assigned, assign
from migrator_core.librechat.recognise.candidates import BackupKind, Candidate, Unread
from migrator_core.librechat.recognise.forms import Form
from migrator_core.librechat.recognise.reasons import why_unread
from migrator_core.librechat.recognise.scan import FoundFile, Scan, label_of

_BSON: Final = frozenset({Form.BSON, Form.EMPTY_BSON})
_JSON: Final = frozenset({Form.JSON, Form.EMPTY_JSON})
_FULL: Final = frozenset({Form.BSON, Form.JSON})


def in_folders(found: Scan, limits: Limits, notices: NoticeLog) -> Iterator[Candidate]:
    """The backups that lie unpacked in folders, at most one a folder."""
    folders: defaultdict[Path, list[FoundFile]] = defaultdict(list)
    for file in found.files:
        folders[file.path.parent].append(file)
    for folder, files in folders.items():
        candidate = _in_folder(folder, files, label_of(folder, found.root), limits, notices)
        if candidate is not None:
            unread = (*_unread(files, candidate.names), *_links(found, folder, candidate.names))
            yield replace(candidate, unread=unread)


def _in_folder(
    folder: Path, files: list[FoundFile], label: str, limits: Limits, notices: NoticeLog
) -> Candidate | None:
    dump = _dumped(folder, files, label, limits, notices)
    export = _exported(folder, files, label, notices)
    if dump is None or export is None:
        return dump or export
    read, other = (export, dump) if export.complete and not dump.complete else (dump, export)
    only = sorted(name for name in other.full - read.full if is_known(name))
    if only:
        return replace(
            read,
            flaw=f"{label} holds some collections as BSON and others as JSON; "
            f"{', '.join(only)} would be missing whichever is read. Make one backup of all "
            "collections, and name that.",
        )
    kinds = ("JSON", "BSON") if read is export else ("BSON", "JSON")
    notices.oddity(
        f"{label} holds the collections as {kinds[0]} and as {kinds[1]}; the {kinds[0]} was read."
    )
    return read


def _dumped(
    folder: Path, files: list[FoundFile], label: str, limits: Limits, notices: NoticeLog
) -> Candidate | None:
    described = {name: file for file in files if (name := metadata_of(file.path.name)) is not None}
    assigned = assign([file for file in files if file.form in _BSON], described)
    candidate = _candidate(BackupKind.MONGODUMP, folder, label, assigned, notices)
    if candidate is None or not candidate.names & TELLING:
        return None
    if folder.name in OTHER_DATABASES and not candidate.complete:
        return None  # a server's own
    lost = {
        name: file.label
        for name, file in described.items()
        if name not in candidate.names
        and not is_ignored_file(f"{name}.bson")
        and not _is_view(file, limits)
    }
    return replace(candidate, database=folder.name, lost=lost)


def _is_view(metadata: FoundFile, limits: Limits) -> bool:
    """Views have metadata only; so has a time series, whose data is MongoDB's own collection."""
    try:
        with GuardedStream(metadata.packed, limits) as stream:
            described = json.loads(stream.read(MIB))
    except DAMAGED:
        return False
    kind = described.get("type") if isinstance(described, dict) else None
    return kind in {"view", "timeseries"}


def _exported(
    folder: Path, files: list[FoundFile], label: str, notices: NoticeLog
) -> Candidate | None:
    exported = [file for file in files if file.form in _JSON]
    assigned = assign(exported)
    telling = [
        name
        for name, file in assigned.files.items()
        if (file.sniffed.has_id and name in TELLING) or name in ESSENTIAL
    ]
    if not telling:
        return None
    candidate = _candidate(BackupKind.MONGOEXPORT, folder, label, assigned, notices)
    if candidate is not None:
        rivals = {label for labels in assigned.rivals.values() for label in labels}
        mine = {file.label for file in assigned.files.values()} | rivals
        for file in exported:
            name = file.path.name
            if file.label not in mine and not is_ignored_file(name) and not is_set_aside(name):
                notices.oddity(f"{file.label} is no collection of LibreChat; it was not read.")
    return candidate


def _candidate(
    kind: BackupKind, folder: Path, label: str, assigned: Assigned, notices: NoticeLog
) -> Candidate | None:
    files = assigned.files
    full = frozenset(name for name, file in files.items() if file.form in _FULL)
    if not full and not files.keys() >= ESSENTIAL:
        return None  # only all the essential (empty) files convince
    for note in assigned.notes:
        notices.oddity(note)
    size = sum(files[name].size for name in full & ESSENTIAL)
    flaw = _rivalry(label, assigned.rivals)
    names = frozenset(files)
    return Candidate(kind, folder, label, None, names, full, size, files, flaw=flaw)


def _rivalry(label: str, rivals: Mapping[str, list[str]]) -> str | None:
    if not rivals:
        return None
    pairs = "; ".join(
        f"{' and '.join(labels[:5])} ({name})" for name, labels in sorted(rivals.items())[:10]
    )
    where = "" if label == "." else f" in {label}"
    return (
        f"Several files{where} hold the same collection: {pairs}. It is not for this tool to "
        "guess which ones are meant: leave one of each there, and put the others elsewhere. If "
        "they are parts of one export, join them (`cat PART PART > NAME.json`)."
    )


def _unread(files: Iterable[FoundFile], names: frozenset[str]) -> Iterator[Unread]:
    """Files that hold a collection which is not there otherwise, in a form nobody reads."""
    for file in files:
        why = why_unread(file)
        name = collection_name(file.path.name)
        whole = file.form is Form.WRAPPED_JSON
        if why is not None and ((is_known(name) and name not in names) or whole):
            yield Unread(file.label, name, why)


def _links(found: Scan, folder: Path, names: frozenset[str]) -> Iterator[Unread]:
    for label in found.links:
        link = found.root / label
        name = collection_name(link.name)
        if link.parent == folder and is_known(name) and name not in names:
            yield Unread(label, name, "a symbolic link; those are not followed. Copy the file.")

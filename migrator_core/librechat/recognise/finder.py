"""What lies at the path the operator named: recognised by content, not by name.

A backup may be a folder (mongoexport's JSON, mongodump's BSON), a mongodump archive, or a tar or
zip file around either, with the uploaded files beside it, around it, or in tar files of their own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from migrator_core.errors import CannotStartError
from migrator_core.librechat.blobs import BlobRoot
from migrator_core.librechat.collection import NoticeLog
from migrator_core.librechat.collection_file_names import looks_exported
from migrator_core.librechat.containers.spool import Workspace
from migrator_core.librechat.containers.unpack import unpack
from migrator_core.librechat.recognise.archives import Archives
from migrator_core.librechat.recognise.candidates import BackupKind, Candidate
from migrator_core.librechat.recognise.choosing import choose, one_database_each
from migrator_core.librechat.recognise.folders import in_folders
from migrator_core.librechat.recognise.forms import Form
from migrator_core.librechat.recognise.open_webui import holds_open_webuis_files
from migrator_core.librechat.recognise.packed import Contents, container_name, media_kinds, peek
from migrator_core.librechat.recognise.refusals import (
    damaged_archive,
    not_found,
    nothing_found,
    unreadable,
    wrong_file,
)
from migrator_core.librechat.recognise.scan import FoundFile, Scan, look_at, media_in, scan

CONTAINERS: Final = (Form.TAR, Form.ZIP)
_MAX_NESTING: Final = 3  # a zip around a tar.gz around a dump
_DUMP_FOLDERS: Final = frozenset({"dump", "mongodump", "mongodb", "backup", "data"})


@dataclass(slots=True)
class Located:
    """A backup that was found: its data, what it was packed in, and its folders of files."""

    candidate: Candidate
    container: str | None = None
    media: list[BlobRoot] = field(default_factory=list)


def locate(
    path: Path, workspace: Workspace, notices: NoticeLog, foreign: Sequence[Path] = ()
) -> Located:
    """Find the backup at ``path`` and unpack what must be unpacked to read it.

    ``foreign`` are folders that are never the backup's files, whatever lies beside them.

    Raises:
        CannotStartError: there is none, or several; it says what was found and what to do.
    """
    try:
        real = path.resolve(strict=True)
        is_folder = real.is_dir()
        if is_folder and not os.access(real, os.R_OK | os.X_OK, effective_ids=True):
            raise unreadable(path)
    except PermissionError:
        raise unreadable(path) from None
    except (OSError, RuntimeError, ValueError):
        raise not_found(path) from None
    finder = Finder(path, workspace, notices, foreign)
    return finder.in_folder(real) if is_folder else finder.in_file(real)


class Finder:
    """Carries what every step of the search needs; ``shown`` is the path as the operator said."""

    def __init__(
        self,
        shown: Path,
        workspace: Workspace,
        notices: NoticeLog,
        foreign: Sequence[Path] = (),
    ) -> None:
        self._shown = shown
        self._foreign = tuple(foreign)
        self._workspace = workspace
        self._notices = notices
        self._archives = Archives(workspace.limits)

    def in_file(self, path: Path) -> Located:
        """The path is a file: an archive or a container."""
        try:
            file = look_at(path, path.name)
        except PermissionError:
            raise unreadable(self._shown) from None
        except OSError:
            raise not_found(self._shown) from None
        if file.form is Form.ARCHIVE:
            candidates = list(self._archives.candidates(file))
            if not candidates:
                raise self._no_librechat_in(file)
            located = Located(self._choose(candidates), media=self._own(_beside(path.parent)))
            self._add_packed_media(located, self._siblings(path))
            return located
        if file.form in CONTAINERS:
            return self._in_container(file, 0)
        raise wrong_file(self._shown, file.form)

    def in_folder(self, root: Path, nesting: int = 0) -> Located:
        """The path is a folder, or a container was unpacked into one."""
        found = scan(root, self._workspace.limits, leave_out=self._workspace.root.resolve())
        candidates = self.candidates(found)
        if not candidates:
            container = self._only_container(found, nesting)
            self._shown /= container.label
            return self._in_container(container, nesting)
        candidate = self._choose(candidates)
        self._check_denied(candidate, found)
        self._note_scan(found)
        located = Located(candidate)
        own = _own_folder(candidate, candidates, root)
        located.media = self._own(_near(found.media, candidate, own))
        if not located.media and nesting == 0:
            located.media = self._own(_above(candidate, root))
        packed = [file for file in found.having(*CONTAINERS) if file.path.is_relative_to(own)]
        self._add_packed_media(located, packed)
        return located

    def _own(self, media: Iterable[BlobRoot]) -> list[BlobRoot]:
        """Of the folders of files that were found those that are not Open WebUI's.

        A backup may lie in Open WebUI's own data folder, and a file record names whatever path
        somebody wrote into it.
        """
        own: list[BlobRoot] = []
        for root in media:
            if holds_open_webuis_files(root, self._foreign):
                self._notices.oddity(
                    f"{root.label} holds Open WebUI's own files; it was not read. Put LibreChat's "
                    "uploads and images into a folder with the backup."
                )
            else:
                own.append(root)
        return own

    def _in_container(self, file: FoundFile, nesting: int) -> Located:
        if nesting >= _MAX_NESTING:
            raise CannotStartError(
                f"{self._shown} is packed more than {_MAX_NESTING} times over. Unpack it yourself "
                "and name the folder."
            )
        target = self._unpack(file)
        located = self.in_folder(target, nesting + 1)
        located.container = container_name(file)
        if not located.media and nesting == 0:
            located.media = self._own(_beside(file.path.parent))
        return located

    def _unpack(self, file: FoundFile) -> Path:
        if file.form is Form.ZIP and file.sniffed.compression:
            raise wrong_file(file.path, Form.ZIP)
        return unpack(file.packed, self._workspace, self._notices, is_zip=file.form is Form.ZIP)

    def _only_container(self, found: Scan, nesting: int) -> FoundFile:
        """The one container that may hold the backup, where nothing lies there unpacked."""
        holding = [
            file
            for file in found.having(*CONTAINERS)
            if may_hold_data(peek(file, self._workspace.limits))
        ]
        if not holding or nesting >= _MAX_NESTING:
            raise nothing_found(self._shown, found)
        if len(holding) > 1:
            listed = "\n".join(f"  {self._shown / file.label}" for file in holding[:20])
            raise CannotStartError(
                f"{self._shown} holds {len(holding)} packed backups, and it is not for this tool "
                f"to guess which one is meant. Name one of them:\n{listed}"
            )
        return holding[0]

    def candidates(self, found: Scan) -> list[Candidate]:
        """Everything in a scan that may be a backup."""
        candidates = list(in_folders(found, self._workspace.limits, self._notices))
        for file in found.having(Form.ARCHIVE):
            candidates += self._archives.candidates(file)
        return candidates

    def _choose(self, candidates: list[Candidate]) -> Candidate:
        each = one_database_each(candidates, self._archives.weighed)
        return choose(each, self._shown, candidates, self._notices)

    def _no_librechat_in(self, file: FoundFile) -> CannotStartError:
        """Named by itself, an archive without LibreChat in it deserves its own message."""
        databases = self._archives.databases(file)
        if databases is None:
            return damaged_archive(self._shown)
        return CannotStartError(
            f"{self._shown} is a mongodump archive without a database of LibreChat: it holds "
            f"{', '.join(sorted(databases)) or 'nothing'}. Looked for were collections such as "
            "users, conversations and messages."
        )

    def _check_denied(self, candidate: Candidate, found: Scan) -> None:
        """A collection that cannot be read would be missing in silence."""
        for label in found.denied:
            path = found.root / label
            if path.parent == candidate.root and looks_exported(path.name):
                raise unreadable(path)
            self._notices.oddity(f"{label} may not be read by this user; what is in it is missing.")

    def _note_scan(self, found: Scan) -> None:
        for label in found.links[:20]:
            self._notices.oddity(f"{label} is a symbolic link; it was not followed.")
        for label in found.hidden[:20]:
            self._notices.oddity(f"{label} is a hidden file; it was not read.")
        if not found.whole:
            self._notices.oddity(
                f"{self._shown} holds so many files and folders that not all were looked at; name "
                "the folder of the backup itself if something is missing."
            )

    def _siblings(self, path: Path) -> list[FoundFile]:
        """The containers in the folder of an archive that was named by itself."""
        shallow = replace(self._workspace.limits, scan_depth=0)
        return scan(path.parent, shallow).having(*CONTAINERS)

    def _add_packed_media(self, located: Located, containers: list[FoundFile]) -> None:
        """Unpack tar files of uploads and images, where those are not there as folders."""
        present = {root.kind for root in located.media}
        offers: list[tuple[FoundFile, Contents]] = []
        for file in containers:
            contents = peek(file, self._workspace.limits)
            if contents.has_data or not contents.media:
                self._notices.oddity(f"{file.label} lies beside the backup; it was not used.")
            elif contents.media <= present:
                self._notices.oddity(f"{file.label} was not used: its folders lie there unpacked.")
            else:
                offers.append((file, contents))
        for file, contents in offers:
            rivals = [other.label for other, o in offers if o.media & contents.media]
            if len(rivals) > 1:
                self._notices.oddity(
                    f"{' and '.join(rivals)} hold the same kind of files; none of them was used. "
                    "Leave only the right one there."
                )
                continue
            located.media += self._unpacked_media(file)

    def _unpacked_media(self, file: FoundFile) -> list[BlobRoot]:
        target = self._unpack(file)
        found = scan(target, self._workspace.limits)
        if found.media:
            return [BlobRoot(m.path, m.kind, f"{file.label}/{m.label}") for m in found.media]
        # Packed from inside the folder: the users' folders are at the top.
        kinds = set().union(*(media_kinds([name, ""], file.path.name) for name in found.names))
        return [BlobRoot(target, kind, file.label) for kind in sorted(kinds)]


def may_hold_data(contents: Contents) -> bool:
    """Whether a packed file may hold a database, and is not one of uploaded files only."""
    return contents.has_data or not contents.whole or not contents.media


def _own_folder(candidate: Candidate, candidates: list[Candidate], root: Path) -> Path:
    """The largest folder around a backup that holds no other one: its files are in there."""
    others = [other.root for other in candidates if other is not candidate]
    own = candidate.root if candidate.archive is None else candidate.root.parent
    while own != root and not any(other.is_relative_to(own.parent) for other in others):
        own = own.parent
    return own


def _near(media: list[BlobRoot], candidate: Candidate, own: Path) -> list[BlobRoot]:
    def distance(root: BlobRoot) -> tuple[int, str]:
        steps = Path(os.path.relpath(root.path, candidate.root)).parts
        return len(steps), root.label

    return sorted((root for root in media if root.path.is_relative_to(own)), key=distance)


def _above(candidate: Candidate, root: Path) -> Iterator[BlobRoot]:
    """The files of a backup of which only the data folder was named."""
    folder = candidate.root
    if candidate.archive is not None or root != folder:
        levels = [root.parent] if root.name.lower() in _DUMP_FOLDERS else []
    elif candidate.kind is BackupKind.MONGODUMP:
        nested = folder.parent.name.lower() in _DUMP_FOLDERS
        levels = [folder.parent, *([folder.parent.parent] if nested else [])]
    else:
        levels = [folder.parent] if folder.name.lower() == "data" else []
    for level in levels:
        media = list(media_in(level, level))
        if media:
            yield from media
            return


def _beside(folder: Path) -> Iterator[BlobRoot]:
    yield from media_in(folder, folder)

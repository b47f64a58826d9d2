"""A bounded look at what lies below a path. Uploaded files are not walked, links not followed."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from migrator_core.librechat.blobs import BlobRoot, Kind
from migrator_core.librechat.collection_file_names import (
    is_hidden_collection,
    is_litter,
    is_litter_folder,
    is_second_half,
    looks_exported,
)
from migrator_core.librechat.containers.compressed import Packed
from migrator_core.librechat.limits import Limits
from migrator_core.librechat.recognise.forms import Form
from migrator_core.librechat.recognise.sniff import HEAD, Sniffed, sniff
from migrator_core.librechat.regular_files import NotRegularError, file_size, open_regular

_MEDIA: Final[dict[str, Kind]] = {"uploads": "uploads", "images": "images"}
_SKIPPED = re.compile(
    r"(?:[0-9a-f]{24}|node_modules|meili_data.*|pgdata.*|journal|diagnostic\.data)\Z",
    re.IGNORECASE,
)
_TELLING_LINK = re.compile(r"(?:data|files|uploads|images|dump)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One regular file; ``label`` is its path relative to the scanned folder, with slashes."""

    path: Path
    label: str
    size: int
    sniffed: Sniffed

    @property
    def form(self) -> Form:
        """What the file holds."""
        return self.sniffed.form

    @property
    def packed(self) -> Packed:
        """How its content is reached."""
        told = self.sniffed
        return Packed(
            self.path, self.label, told.compression, told.skip, told.inner_skip, told.outer
        )


@dataclass(slots=True)
class Scan:
    """What was found below ``root``.

    ``denied``, ``links`` and ``hidden`` are labels; ``whole`` is False when the scan's bounds were
    reached.
    """

    root: Path
    files: list[FoundFile] = field(default_factory=list)
    media: list[BlobRoot] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    whole: bool = True

    def having(self, *forms: Form) -> list[FoundFile]:
        """The files of these forms."""
        return [found for found in self.files if found.form in forms]


def scan(root: Path, limits: Limits, *, leave_out: Path | None = None) -> Scan:
    """Look at everything below ``root`` that may be a backup, nearest first.

    ``leave_out`` is the work directory, which may lie below ``root`` without being part of it.
    """
    found = Scan(root)
    waiting = deque([(root, 0)])
    entries_left, opened_left = limits.scan_entries, limits.scan_opened
    while waiting:
        folder, depth = waiting.popleft()
        entries = _entries(folder, found, entries_left)
        entries_left -= len(entries)
        for entry in entries:
            path = Path(entry.path)
            if path == leave_out:
                continue
            if entry.is_symlink():
                _note_link(found, path)
            elif entry.is_dir(follow_symlinks=False):
                if not is_litter_folder(entry.name):
                    _note_folder(found, path, depth, limits, waiting)
            elif is_hidden_collection(entry.name):
                found.hidden.append(label_of(path, root))
            elif is_litter(entry.name):
                continue
            elif opened_left > 0:
                opened_left -= 1
                _look_at(found, path)
            else:
                found.whole = False
        found.whole = found.whole and entries_left > 0
    return found


def label_of(path: Path, root: Path) -> str:
    """``path`` relative to ``root`` with slashes, fit for a message."""
    relative = Path(os.path.relpath(path, root)).as_posix()
    return relative.encode("utf-8", "replace").decode()


def _entries(folder: Path, found: Scan, left: int) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            listed = list(islice(entries, max(0, left)))
    except PermissionError:
        found.denied.append(label_of(folder, found.root))
        return []
    except OSError:
        return []
    if folder == found.root:
        found.names = sorted(entry.name for entry in islice(listed, 1000))
    return sorted(listed, key=lambda entry: entry.name)


def _note_link(found: Scan, path: Path) -> None:
    if _TELLING_LINK.match(path.name) or looks_exported(path.name):
        found.links.append(label_of(path, found.root))


def _note_folder(
    found: Scan, path: Path, depth: int, limits: Limits, waiting: deque[tuple[Path, int]]
) -> None:
    kind = _MEDIA.get(path.name.lower())
    if kind is not None:
        if not os.access(path, os.R_OK | os.X_OK, effective_ids=True):
            found.denied.append(label_of(path, found.root))
        found.media.append(BlobRoot(path, kind, label_of(path, found.root)))
    elif not _SKIPPED.match(path.name):
        if depth < limits.scan_depth:
            waiting.append((path, depth + 1))
        else:
            found.whole = False


def _look_at(found: Scan, path: Path) -> None:
    try:
        file = look_at(path, label_of(path, found.root))
        if file.form is not Form.OTHER or not is_second_half(path.name):
            found.files.append(file)
    except PermissionError:
        found.denied.append(label_of(path, found.root))
    except OSError:
        return


def look_at(path: Path, label: str) -> FoundFile:
    """Open one file and tell what it is.

    Raises:
        OSError: it cannot be read, or is no regular file.
    """
    with open_regular(path) as file:
        size = file_size(file)
        return FoundFile(path, label, size, sniff(path.name, file.read(HEAD), size))


def media_in(folder: Path, root: Path) -> Iterator[BlobRoot]:
    """The folders of files that stand directly in ``folder``, or in its ``files``."""
    for parent in (folder / "files", folder):
        for name, kind in _MEDIA.items():
            path = parent / name
            if path.is_dir() and not path.is_symlink() and not parent.is_symlink():
                yield BlobRoot(path, kind, label_of(path, root))


__all__ = ["FoundFile", "NotRegularError", "Scan", "label_of", "look_at", "media_in", "scan"]

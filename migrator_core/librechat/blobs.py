"""From the path in a file record to its bytes inside the backup, and never to anything else.

Where LibreChat keeps files, and which names it gave them over time: `api/server/services/Files`
of LibreChat 0.7 to 0.8.
"""

from __future__ import annotations

import bisect
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote

from migrator_core.librechat.regular_files import NotRegularError, file_size, open_below

Kind = Literal["uploads", "images"]

_SUFFIX = re.compile(r"\?(?:v|manual)=[^/]*\Z")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_DRIVE = re.compile(r"[A-Za-z]:")
_SAFE_ID = re.compile(r"[A-Za-z0-9_.-]{8,200}\Z")
_USER_FOLDER = re.compile(r"[0-9a-f]{24}\Z", re.IGNORECASE)
_IMAGE_EXTENSIONS: Final = (".png", ".webp", ".jpeg", ".jpg", ".gif", ".avif", ".heic")
_PREFIXES: Final[tuple[tuple[tuple[str, ...], Kind], ...]] = (
    (("app", "uploads"), "uploads"),
    (("app", "client", "public", "images"), "images"),
    (("client", "public", "images"), "images"),
    (("uploads",), "uploads"),
    (("images",), "images"),
)
_CACHED_FOLDERS: Final = 16
_CACHED_NAMES: Final = 50_000


class BlobError(Exception):
    """There are no bytes to read; ``str()`` says what was looked for.

    ``kind`` is ``missing`` (not in the backup), ``unsafe`` (the path leads outside the backup,
    or what lies there is no regular file) or ``foreign`` (it is another user's): then nothing was
    opened.
    """

    def __init__(self, kind: Literal["missing", "unsafe", "foreign"], message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class BlobRoot:
    """A folder of files: ``label`` is its path relative to the backup, with slashes."""

    path: Path
    kind: Kind
    label: str


@dataclass(frozen=True, slots=True)
class Blob:
    """The bytes of one file. ``name`` is relative to the backup, ``size`` in bytes."""

    name: str
    size: int
    root: Path
    parts: tuple[str, ...]

    def open(self) -> BufferedReader:
        """Open it for reading; no component of the path may be a link.

        Raises:
            OSError: it vanished, or is no regular file any more.
        """
        return open_below(self.root, self.parts)


class BlobStore:
    """Finds the bytes of local files. ``roots`` are tried in their order."""

    def __init__(self, roots: tuple[BlobRoot, ...] = ()) -> None:
        self.roots = roots
        self._names = lru_cache(maxsize=_CACHED_FOLDERS)(_names)

    def find(self, filepath: str, *, user: str | None = None, file_id: str | None = None) -> Blob:
        """The bytes of the file recorded as ``filepath``.

        ``user`` (24 hex digits) and ``file_id`` help where the name on disk differs from the
        recorded one. Where ``user`` is given, other users' folders are not followed: LibreChat
        checks whose record it is, not whose path it holds, and people could write these paths.

        Raises:
            BlobError: they are not in the backup, or the path is unsafe.
        """
        shown = repr(filepath[:300])
        path = _SUFFIX.sub("", filepath)
        wanted = _parse(path, shown)
        if wanted is None:
            raise BlobError("missing", f"{shown} is no path of a locally stored file")
        kind, parts = wanted
        if not any(parts):
            raise BlobError("missing", f"{shown} names no file")
        if user is not None and _foreign(parts, user):
            raise BlobError("foreign", f"{shown} lies in another user's folder")
        flat = parts[:-1] in {(), ("uploads",)} and not _USER_FOLDER.match(parts[-1])
        if kind == "uploads" and flat:
            # LibreChat makes a folder for each user. Open WebUI does not: it may be one of its own.
            raise BlobError("foreign", f"{shown} lies in no user's folder")
        for candidate in self._candidates(kind, parts, path != filepath and filepath, shown):
            blob = self._look(kind, candidate, shown)
            if blob is not None:
                return blob
        blob = self._by_id(kind, parts, user, file_id, shown)
        if blob is not None:
            return blob
        where = ", ".join(root.label for root in self.roots) or "the backup has no files folder"
        raise BlobError("missing", f"{shown} was looked for, by name and file_id, in: {where}")

    def _candidates(
        self, kind: Kind, parts: tuple[str, ...], unstripped: str | Literal[False], shown: str
    ) -> Iterator[tuple[str, ...]]:
        """Where the file may lie below its root, likeliest first."""
        forms = list(dict.fromkeys(_spellings(parts)))
        yield from forms
        if unstripped:
            whole = _parse(unstripped, shown)
            if whole is not None:
                yield whole[1]
        if kind == "uploads":
            # Old releases wrote to uploads/uploads/<user>/ and recorded /uploads/<user>/.
            yield from (("uploads", *form) for form in forms)
        if kind == "images" or parts[-1].lower().endswith(_IMAGE_EXTENSIONS):
            stem = parts[-1].rpartition(".")[0]
            if stem:
                yield from ((*parts[:-1], stem + ending) for ending in _IMAGE_EXTENSIONS)

    def _look(self, kind: Kind, parts: tuple[str, ...], shown: str) -> Blob | None:
        for root in self.roots:
            if root.kind == kind:
                blob = self._open(root, parts, shown)
                if blob is not None:
                    return blob
        return None

    def _open(self, root: BlobRoot, parts: tuple[str, ...], shown: str) -> Blob | None:
        if root.kind == "uploads" and parts[0].lower() == "temp":
            return None  # unfinished uploads
        try:
            with open_below(root.path, parts) as file:
                size = file_size(file)
        except NotRegularError:
            raise BlobError(
                "unsafe", f"{shown} is, or lies behind, a symbolic link or special file"
            ) from None
        except PermissionError:
            raise BlobError(
                "missing", f"{shown} is in the backup, but may not be read (permission denied)"
            ) from None
        except OSError:
            return None
        name = "/".join((root.label, *parts))
        return Blob(name, size, root.path, parts)

    def _by_id(
        self,
        kind: Kind,
        parts: tuple[str, ...],
        user: str | None,
        file_id: str | None,
        shown: str,
    ) -> Blob | None:
        """Names on disk are sanitised and shortened, but begin with the file's id.

        Looked for in the folders of the record's own user only: ids repeat across users.
        """
        owner = user or (parts[0] if len(parts) > 1 else None)
        if not owner or not _USER_FOLDER.match(owner):
            return None
        if not file_id or not _SAFE_ID.match(file_id) or set(file_id) <= {"."}:
            return None
        for root in sorted(self.roots, key=lambda root: root.kind != kind):
            for folder in ((owner,), ("uploads", owner)):
                name = self._starting_with(root.path.joinpath(*folder), file_id)
                blob = self._open(root, (*folder, name), shown) if name else None
                if blob is not None:
                    return blob
        return None

    def _starting_with(self, folder: Path, file_id: str) -> str | None:
        names = self._names(folder)
        if names is None:
            return min((name for name in _listing(folder) if _is_of(name, file_id)), default=None)
        at = bisect.bisect_left(names, file_id)
        while at < len(names) and names[at].startswith(file_id):
            if _is_of(names[at], file_id):
                return names[at]
            at += 1
        return None


def _foreign(parts: tuple[str, ...], user: str) -> bool:
    """Whether a path leads through the folder of another user, however it is spelled."""
    folders = {
        folder.casefold()
        for form in _spellings(parts)
        for folder in form[:-1]
        if _USER_FOLDER.match(folder)
    }
    return not folders <= {user.casefold()}


def _names(folder: Path) -> list[str] | None:
    """The sorted names in a folder, None where they are too many to remember."""
    names = list(islice(_listing(folder), _CACHED_NAMES + 1))
    return sorted(names) if len(names) <= _CACHED_NAMES else None


def _listing(folder: Path) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries if entry.is_file(follow_symlinks=False))
    except (OSError, ValueError):
        return


def _is_of(name: str, file_id: str) -> bool:
    rest = name[len(file_id) :]
    return name.startswith(file_id) and (not rest or rest.startswith(("__", "-", ".")))


def _parse(filepath: str, shown: str) -> tuple[Kind, tuple[str, ...]] | None:
    """Split a recorded path into its root and the components below; None for no local path.

    Raises:
        BlobError: it is unsafe.
    """
    if _URL.match(filepath) and not _DRIVE.match(filepath[:2]):
        return None
    _check(filepath, shown)
    rooted = filepath.startswith(("/", "\\")) or _DRIVE.match(filepath) is not None
    parts = _split(filepath)
    for prefix, kind in _PREFIXES:
        if parts[: len(prefix)] == prefix:
            return kind, parts[len(prefix) :]
    installed = _installed(parts)
    if installed is not None:
        return installed
    if rooted and parts:
        raise BlobError("unsafe", f"{shown} is an absolute path outside LibreChat's folders")
    return None


def _installed(parts: tuple[str, ...]) -> tuple[Kind, tuple[str, ...]] | None:
    """A path of an installation without Docker: ``…/uploads/<user>/…``, ``…/images/<user>/…``."""
    for at in range(1, len(parts) - 2):
        folder = parts[at]
        if folder in {"uploads", "images"} and _USER_FOLDER.match(parts[at + 1]):
            return ("uploads" if folder == "uploads" else "images"), parts[at + 1 :]
    return None


def _check(filepath: str, shown: str) -> None:
    if "\x00" in filepath:
        raise BlobError("unsafe", f"{shown} holds a NUL character")
    if ".." in _split(filepath):
        raise BlobError("unsafe", f"{shown} leads out of its folder")


def _split(filepath: str) -> tuple[str, ...]:
    parts = re.split(r"[/\\]", filepath)
    return tuple(part for part in parts if part not in {"", "."})


def _spellings(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """As recorded, percent-decoded, and in the other Unicode normal forms (macOS writes NFD)."""
    decoded = tuple(unquote(part) for part in parts)
    # A decoded component must not become several, or lead elsewhere.
    safe = all(
        part not in {"", ".", ".."} and not re.search(r"[/\\\x00]", part) for part in decoded
    )
    for form in (parts, decoded) if safe else (parts,):
        yield form
        for normal in ("NFC", "NFD"):
            yield tuple(unicodedata.normalize(normal, part) for part in form)

"""Tar and zip files beside or around a backup: what they hold, without unpacking them."""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from migrator_core.librechat.blobs import Kind
from migrator_core.librechat.collection_file_names import (
    collection_name,
    is_ignored_file,
    is_litter,
    is_litter_folder,
)
from migrator_core.librechat.collection_names import TELLING
from migrator_core.librechat.containers.compressed import DAMAGED, GuardedStream
from migrator_core.librechat.containers.members import (
    Member,
    Readable,
    safe_parts,
    tar_members,
    zip_members,
)
from migrator_core.librechat.limits import MIB, Limits
from migrator_core.librechat.recognise.forms import Form
from migrator_core.librechat.recognise.scan import FoundFile
from migrator_core.librechat.recognise.sniff import HEAD, sniff
from migrator_core.librechat.regular_files import open_regular

CONTAINER_NAMES: Final = {"gz": "tar.gz", "bz2": "tar.bz2", "xz": "tar.xz", "": "tar"}

_PEEKED_MEMBERS: Final = 5_000
_PEEKED_BYTES: Final = 256 * MIB
_USER_FOLDER = re.compile(r"[0-9a-f]{24}\Z", re.IGNORECASE)
_ALWAYS_DATA = frozenset({Form.ARCHIVE, Form.WIREDTIGER, Form.TAR, Form.ZIP, Form.CHAT_EXPORT})
_COLLECTIONS = frozenset({Form.BSON, Form.JSON, Form.EMPTY_BSON, Form.EMPTY_JSON})


@dataclass(slots=True)
class Contents:
    """What a look into a container showed.

    ``whole`` is False when the look ended before the container did: there may be more in it.
    """

    has_data: bool = False
    media: set[Kind] = field(default_factory=set)
    whole: bool = True


def container_name(file: FoundFile) -> str:
    """The kind of container, as :attr:`Backup.container` names it."""
    return "zip" if file.form is Form.ZIP else CONTAINER_NAMES[file.sniffed.compression]


def peek(file: FoundFile, limits: Limits) -> Contents:
    """Look at the beginning of a container. Damage only ends the look."""
    contents = Contents()
    try:
        if file.form is Form.ZIP:
            with open_regular(file.path) as raw:
                _look_through(zip_members(raw, file.label), file, contents, None)
        else:
            with GuardedStream(file.packed, limits) as stream:
                _look_through(tar_members(stream), file, contents, lambda: stream.count)
    except (*DAMAGED, tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        contents.whole = False
    return contents


def _look_through(
    members: Iterator[tuple[Member, Callable[[], Readable | None]]],
    file: FoundFile,
    contents: Contents,
    count: Callable[[], int] | None,
) -> None:
    for number, (member, open_member) in enumerate(members):
        if number >= _PEEKED_MEMBERS or (count is not None and count() > _PEEKED_BYTES):
            contents.whole = False
            return
        parts = safe_parts(member.name)
        if not parts or member.refused or _is_litter(parts):
            continue
        kinds = media_kinds(parts, file.path.name)
        if kinds:
            contents.media |= kinds
        elif not member.is_directory:
            opened = open_member()
            head = opened.read(HEAD) if opened is not None else b""
            if _is_data(parts[-1], head, member.size):
                contents.has_data = True
                return


def _is_litter(parts: list[str]) -> bool:
    return is_litter(parts[-1]) or any(is_litter_folder(part) for part in parts[:-1])


def _is_data(name: str, head: bytes, size: int) -> bool:
    form = sniff(name, head, size).form
    if form in _COLLECTIONS:
        return collection_name(name) in TELLING and not is_ignored_file(name)
    return form in _ALWAYS_DATA


def media_kinds(parts: list[str], container: str) -> set[Kind]:
    """Which folder of files a member belongs to: by its path, else by the container's name."""
    folders = [part.lower() for part in parts[:-1]] or [parts[0].lower()]
    if "uploads" in folders:
        # LibreChat has a folder for each user there; Open WebUI's own uploads have none.
        return {"uploads"} if any(_USER_FOLDER.match(folder) for folder in folders) else set()
    if "images" in folders:
        return {"images"}
    if not _USER_FOLDER.match(parts[0]):
        return set()
    named: set[Kind] = set()
    if "upload" in container.lower():
        named.add("uploads")
    if "image" in container.lower():
        named.add("images")
    return named or {"uploads", "images"}

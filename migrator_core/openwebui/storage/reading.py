"""Reading bytes twice over: those of the backup, and those that a storage holds already."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO, cast

from migrator_core.openwebui.database.faults import redact
from migrator_core.openwebui.storage.faults import StorageError

CHUNK = 1024 * 1024
"""Bytes that are read at a time."""

OpenBlob = Callable[[], BinaryIO]


class Present(Enum):
    """How what a storage holds compares with what it should hold."""

    ABSENT = auto()
    SAME = auto()
    PARTIAL = auto()
    OTHER = auto()


class _Source:
    """The bytes of a file of the backup. What goes wrong there is no fault of the storage."""

    def __init__(self, blob: BinaryIO) -> None:
        self._blob = blob

    def read(self, size: int = -1) -> bytes:
        try:
            return self._blob.read(size)
        except Exception as error:
            raise _unreadable(error) from error


@contextlib.contextmanager
def reading(open_blob: OpenBlob) -> Iterator[BinaryIO]:
    """The bytes of a file of the backup.

    Raises:
        StorageError: the backup does not give them.
    """
    try:
        blob = open_blob()
    except Exception as error:
        raise _unreadable(error) from error
    with blob:
        yield cast("BinaryIO", _Source(blob))  # reading is all that anybody does


def _unreadable(error: Exception) -> StorageError:
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return StorageError(f"the file cannot be read from the backup: {redact(words)[:200]}")


def digest_of_file(path: Path) -> tuple[str, int]:
    """A file's sha256 and its size in bytes.

    Raises:
        StorageError: it is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # whatever a database says lies there
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise StorageError("what the storage returns is no file")
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()


def compare(present: BinaryIO, wanted: BinaryIO) -> Present:
    """What is there, beside what should be there; both are read once."""
    while True:
        there, expected = _read(present), _read(wanted)
        if there == expected:
            if not there:
                return Present.SAME
            continue
        # An interrupted upload leaves the beginning of the file under the final name.
        unfinished = expected.startswith(there) and not _read(present)
        return Present.PARTIAL if unfinished else Present.OTHER


def _read(file: BinaryIO) -> bytes:
    """A full chunk, unless the file ends; a raw file may return less than asked for."""
    parts: list[bytes] = []
    missing = CHUNK
    while missing and (part := file.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)

"""Opening what lies in a backup: regular files only, links never followed, nothing ever written."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO

from migrator_core.librechat.limits import MIB

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a named pipe would otherwise wait for a writer for ever.
_FILE_FLAGS = _FLAGS | os.O_NONBLOCK
_BUFFER = MIB


class NotRegularError(OSError):
    """It is a symbolic link, a device, a pipe or the like: never opened."""


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file for reading.

    Raises:
        NotRegularError: it is anything else, a symbolic link for example.
        OSError: it is missing or not readable.
    """
    try:
        handle = os.open(path, _FILE_FLAGS)
    except OSError as error:
        raise _explained(error) from error
    return _checked(handle)


class RandomAccess:
    """Reads pieces of one regular file, which is opened at the first of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def read_at(self, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset``, fewer at the end of the file."""
        if self._file is None:
            self._file = open_regular(self._path)
        self._file.seek(offset)
        return self._file.read(length)

    def close(self) -> None:
        """Close the file, if it is open."""
        if self._file is not None:
            self._file.close()
            self._file = None


def open_below(root: Path, parts: tuple[str, ...]) -> BufferedReader:
    """Open ``root/part/…/part`` where no component, ``root`` included, may be a symbolic link.

    Every component is opened relative to the one before, so that nothing outside ``root`` can be
    reached even if somebody changes the backup meanwhile.

    Raises:
        NotRegularError: a component is a link, or the last one is no regular file.
        OSError: it is missing or not readable.
    """
    try:
        parent = os.open(root, _FLAGS | os.O_DIRECTORY)
        try:
            for part in parts[:-1]:
                child = os.open(part, _FLAGS | os.O_DIRECTORY, dir_fd=parent)
                os.close(parent)
                parent = child
            handle = os.open(parts[-1], _FILE_FLAGS, dir_fd=parent)
        except OSError as error:
            raise _explained(error, parent) from error
        finally:
            os.close(parent)
    except UnicodeEncodeError as error:  # half a surrogate pair in the name: no such file
        raise FileNotFoundError(errno.ENOENT, "no such file") from error
    return _checked(handle)


def file_size(file: BinaryIO) -> int:
    """Bytes of an open regular file."""
    return os.fstat(file.fileno()).st_size


def _explained(error: OSError, parent: int | None = None) -> OSError:
    """O_NOFOLLOW answers ELOOP for a link, with O_DIRECTORY also ENOTDIR: tell those apart."""
    is_link = error.errno == errno.ELOOP
    if error.errno == errno.ENOTDIR and parent is not None and error.filename is not None:
        try:
            mode = os.stat(error.filename, dir_fd=parent, follow_symlinks=False).st_mode
            is_link = stat.S_ISLNK(mode)
        except OSError:
            is_link = False
    if is_link or error.errno == errno.ENXIO:  # ENXIO: a socket
        return NotRegularError(error.errno, "a symbolic link or special file", error.filename)
    return error


def _checked(handle: int) -> BufferedReader:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotRegularError(errno.EINVAL, "not a regular file")
    return BufferedReader(FileIO(handle), buffer_size=_BUFFER)

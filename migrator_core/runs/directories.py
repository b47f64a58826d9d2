"""Directories that a run makes: one for its reports, and one for what it unpacks and notes."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.librechat.containers.spool import readable_size

_PREFIX: Final = "librechat-migrate-"
_OWNER: Final = ".owner"
"""A file in a work directory that stays locked as long as the process lives that made it."""


def prepared_directory(directory: Path) -> Path:
    """Create a directory for reports, which nobody else on the machine may read.

    Raises:
        CannotStartError: it cannot be written to.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = directory / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStartError(
            f"The reports cannot be written to {directory}: {error.strerror}. "
            "Name a writable directory with --report-dir (MIGRATION_REPORT_DIR)."
        ) from error
    return directory


def report_directory(chosen: Path | None, data_dir: Path, run_id: str) -> Path:
    """The directory for the reports of a run, ready: the chosen one, else one of its own.

    Raises:
        CannotStartError: it cannot be written to.
    """
    return prepared_directory(chosen or data_dir / "librechat-migration" / run_id)


@contextlib.contextmanager
def work_directory() -> Iterator[Path]:
    """A directory for unpacked archives and notes, gone when the run ends.

    What processes left behind that died without a chance to tidy up is removed first.
    """
    try:
        _remove_orphans(Path(tempfile.gettempdir()))
        directory = Path(tempfile.mkdtemp(prefix=_PREFIX))
    except OSError as error:
        raise CannotStartError(
            f"No temporary directory can be made: {error.strerror}. "
            "Set TMPDIR to a writable directory with room for the unpacked backup."
        ) from error
    try:
        with _owned(directory):
            yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def _owned(directory: Path) -> Iterator[None]:
    """Hold the lock that says that somebody lives here."""
    try:
        unlocked = directory / f"{_OWNER}.new"
        file = unlocked.open("wb")
    except OSError:  # a full disk is told where something of use cannot be written
        yield
        return
    with file:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            unlocked.rename(directory / _OWNER)  # locked already when others can see it
        yield


def _remove_orphans(parent: Path) -> None:
    for directory in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if directory.is_symlink() or directory.stat().st_uid != os.geteuid():
                continue
            with (directory / _OWNER).open("rb") as owner:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def noting(directory: Path, *, needed: int) -> Iterator[None]:
    """Take notes in a work directory; ``needed`` (bytes) is the room that is enough for them.

    Raises:
        AbortedError: they cannot be written any more.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _no_room(directory, needed, str(error)) from error
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}:
            raise
        raise _no_room(directory, needed, error.strerror or str(error)) from error


def _no_room(directory: Path, needed: int, problem: str) -> AbortedError:
    free = 0
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(directory).free
    return AbortedError(
        f"The notes of this run cannot be written to {directory.parent}: {problem}. "
        f"{readable_size(free)} are free there; {readable_size(needed)} are enough. Make room, or "
        "choose a larger disk (environment variable TMPDIR), and run again: that is safe."
    )

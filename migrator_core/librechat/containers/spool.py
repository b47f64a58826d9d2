"""The tool's own work directory: what has to be unpacked or rewritten before it can be read.

Nothing is ever written below the backup itself.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from migrator_core.errors import AbortedError, CannotStartError, MigratorError
from migrator_core.librechat.limits import GIB, MIB, Limits

_CHECK_EVERY = 16 * MIB


def readable_size(count: int) -> str:
    """A number of bytes as people say it."""
    if count >= GIB:
        return f"{count / GIB:.1f} GiB"
    return f"{max(count, 0) / MIB:.1f} MiB"


class Workspace:
    """A private directory below ``workdir``, removed by :meth:`close`.

    Raises:
        CannotStartError: ``workdir`` cannot be written.
    """

    def __init__(self, workdir: Path, limits: Limits) -> None:
        self.limits = limits
        try:
            workdir.mkdir(parents=True, exist_ok=True)
            self.root = Path(tempfile.mkdtemp(prefix="librechat-backup-work-", dir=workdir))
        except OSError as error:
            raise CannotStartError(
                f"The work directory {workdir} cannot be written ({error.strerror}). "
                "Name one with enough free space that this user may write."
            ) from error
        self._opened = True
        self._count = 0

    def new_path(self, suffix: str) -> Path:
        """A fresh path; names are numbers, because names in a backup are not to be trusted."""
        self._count += 1
        return self.root / f"{self._count:05d}{suffix}"

    def free(self) -> int:
        """Bytes that may still be written, a small reserve left aside."""
        return shutil.disk_usage(self.root).free - self.limits.free_space_reserve

    def no_space(self, needed: int, free: int, what: str) -> str:
        """The sentence for an operator whose disk is too small."""
        return (
            f"Not enough free disk space in {self.root.parent}: {what} needs about "
            f"{readable_size(needed)}, {readable_size(free)} are free. Free some space there, or "
            "choose a work directory on a larger disk (environment variable TMPDIR)."
        )

    def starting_ended(self) -> None:
        """From now on a full disk interrupts a run instead of preventing it."""
        self._opened = False

    def disk_error(self, error: OSError, what: str) -> MigratorError:
        """What to raise when writing here failed."""
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            detail = self.no_space(MIB, 0, what)
        else:
            detail = f"{what} could not be written to {self.root}: {error.strerror}."
        return CannotStartError(detail) if self._opened else AbortedError(detail)

    def close(self) -> None:
        """Remove everything that was written."""
        shutil.rmtree(self.root, ignore_errors=True)


class SpoolWriter:
    """Writes one file of the workspace and looks at the free space every now and then."""

    def __init__(self, workspace: Workspace, path: Path, what: str) -> None:
        self._workspace = workspace
        self._what = what
        self._unchecked = 0
        self.path = path
        self.written = 0
        try:
            self._file: BinaryIO = path.open("wb", buffering=MIB)
        except OSError as error:
            raise workspace.disk_error(error, what) from error

    def write(self, data: bytes) -> None:
        """Append ``data``.

        Raises:
            CannotStartError: the disk is full, and nothing has begun yet.
            AbortedError: the disk is full.
        """
        self._unchecked += len(data)
        if self._unchecked >= _CHECK_EVERY:
            self._unchecked = 0
            if self._workspace.free() < 0:
                full = OSError(errno.ENOSPC, "no space left")
                raise self._workspace.disk_error(full, self._what)
        self._guarded(lambda: self._file.write(data))
        self.written += len(data)

    def close(self) -> None:
        """Flush and close."""
        self._guarded(self._file.close)

    def _guarded(self, action: Callable[[], object]) -> None:
        try:
            action()
        except OSError as error:
            raise self._workspace.disk_error(error, self._what) from error

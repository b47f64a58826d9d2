"""The lock beside a SQLite database: ``flock`` on a file, which ends with its process."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

from migrator_core.errors import CannotStartError

try:
    import fcntl
except ImportError:  # not on every platform
    fcntl = None  # type: ignore[assignment]  # said once it is needed

_SUFFIX = ".librechat-migration.lock"


class LockFile:
    """Holds the lock by an open file, so it holds between processes on one machine."""

    def __init__(self, database: Path) -> None:
        """A lock for the SQLite database in this file."""
        self._path = database.with_name(database.name + _SUFFIX)
        self._descriptor: int | None = None

    async def take(self) -> bool:
        """Take the lock; False where another process has it.

        Raises:
            CannotStartError: there can be no lock here.
        """
        return await asyncio.to_thread(self._take)

    async def loss(self) -> str | None:
        """How the lock got lost, None while it is held."""
        if self._descriptor is None or _is_still_there(self._descriptor, self._path):
            return None
        return f"somebody removed its file {self._path}"

    async def is_held(self) -> bool:
        """Whether any process holds it."""
        return await asyncio.to_thread(self._look)

    async def release(self) -> None:
        """Give the lock back. Does nothing where it is not held."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            # While still locked: who opens the file from now on notices that it is gone.
            if _is_still_there(descriptor, self._path):
                with contextlib.suppress(OSError):
                    self._path.unlink()
            os.close(descriptor)

    def _take(self) -> bool:
        if fcntl is None:
            raise CannotStartError(
                "On this operating system a SQLite database cannot be locked against a second "
                "migration. Run the tool on Linux or macOS, or in Open WebUI's container."
            )
        while True:
            descriptor = self._open()
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return False
            except OSError as error:
                os.close(descriptor)
                raise self._cannot_lock(error) from error
            if _is_still_there(descriptor, self._path):
                self._descriptor = descriptor
                return True
            os.close(descriptor)  # the previous holder removed the file in between

    def _look(self) -> bool:
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            return False
        try:
            # Shared: two that look do not see each other, and one that begins tries again.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return False

    def _open(self) -> int:
        try:
            # Reading is enough for a lock, so that one left behind by root hinders nobody.
            flags = os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            return os.open(self._path, flags, 0o644)
        except OSError as error:
            raise self._cannot_lock(error) from error

    def _cannot_lock(self, error: OSError) -> CannotStartError:
        return CannotStartError(
            f"The migration's lock file {self._path} cannot be used: {error.strerror}. The "
            "directory of the SQLite database must be writable and on a file system with locks."
        )


def _is_still_there(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False

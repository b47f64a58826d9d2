"""One migration at a time, by a lock that vanishes with its holder."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa
import sqlalchemy.exc as sa_exc
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.engines import sqlite_path
from migrator_core.openwebui.faults import describe
from migrator_core.openwebui.ledger.ledger import Ledger
from migrator_core.outcome import RunState

_SUFFIX = ".librechat-migration.lock"


class RunLock:
    """An async context manager that holds the lock.

    PostgreSQL: an advisory lock of a session that is kept open for it. SQLite: ``flock`` on a file
    beside the database, so it holds between all processes that share the file's machine.
    """

    def __init__(self, target: OpenWebUI) -> None:
        """A lock for this Open WebUI, not taken yet."""
        self._target = target
        self._session: AsyncConnection | None = None
        self._descriptor: int | None = None
        self._path: Path | None = None

    async def __aenter__(self) -> Self:
        await self.acquire()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.release()

    async def acquire(self) -> None:
        """Take the lock.

        Raises:
            CannotStartError: another run holds it, or it cannot be taken here at all.
        """
        if self._target.dialect == "postgresql":
            taken = await self._acquire_session()
        else:
            taken = await asyncio.to_thread(self._acquire_file)
        if not taken:
            raise CannotStartError(await self._who_holds_it())

    async def check(self) -> None:
        """Make sure that the lock is still ours.

        Raises:
            AbortedError: the session that held it is gone, so another run may have started.
        """
        if self._session is None:
            return
        try:
            await self._session.execute(sa.text("SELECT 1"))
        except (sa_exc.SQLAlchemyError, OSError) as error:
            raise AbortedError(
                f"The database connection that held the migration's lock is lost "
                f"({describe(error)}). The migration is safe to run again."
            ) from error

    async def release(self) -> None:
        """Give the lock back. Does nothing where it is not held."""
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(sa_exc.SQLAlchemyError, OSError):
                await session.execute(sa.select(sa.func.pg_advisory_unlock(self._key())))
            with contextlib.suppress(sa_exc.SQLAlchemyError, OSError):
                await session.close()
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            if self._path is not None:
                # While still locked: who opens the file from now on notices that it is gone.
                with contextlib.suppress(OSError):
                    self._path.unlink()
            os.close(descriptor)

    async def _acquire_session(self) -> bool:
        session = await self._target.engine.connect()
        try:
            # Outside any transaction, or the session would count as idle in one and be cut off.
            await session.execution_options(isolation_level="AUTOCOMMIT")
            taken = bool(
                (
                    await session.execute(sa.select(sa.func.pg_try_advisory_lock(self._key())))
                ).scalar()
            )
        except BaseException:
            await session.close()
            raise
        if taken:
            self._session = session
        else:
            await session.close()
        return taken

    def _acquire_file(self) -> bool:
        try:
            import fcntl  # noqa: PLC0415 - not on every platform
        except ImportError as error:
            raise CannotStartError(
                "On this operating system a SQLite database cannot be locked against a second "
                "migration. Run the tool on Linux or macOS, or in Open WebUI's container."
            ) from error
        database = sqlite_path(self._target.url) or self._target.data_dir / "memory"
        path = database.with_name(database.name + _SUFFIX)
        while True:
            descriptor = self._open(path)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return False
            except OSError as error:
                os.close(descriptor)
                raise self._cannot_lock(path, error) from error
            if _is_still_there(descriptor, path):
                self._descriptor, self._path = descriptor, path
                return True
            os.close(descriptor)  # the previous holder removed the file in between

    def _open(self, path: Path) -> int:
        try:
            # Reading is enough for a lock, so that one left behind by root hinders nobody.
            return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        except OSError as error:
            raise self._cannot_lock(path, error) from error

    def _cannot_lock(self, path: Path, error: OSError) -> CannotStartError:
        return CannotStartError(
            f"The migration's lock file {path} cannot be used: {error.strerror}. The directory of "
            "the SQLite database must be writable and on a file system with locks."
        )

    def _key(self) -> int:
        """PostgreSQL keeps advisory locks per database; the schema tells its tenants apart."""
        name = f"librechat-migration:{self._target.schema.metadata.schema or ''}"
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)

    async def _who_holds_it(self) -> str:
        message = "Another migration into this Open WebUI is running"
        for run in await Ledger(self._target).runs():
            if run.state == RunState.RUNNING:
                message += (
                    f": run {run.id} by {run.owner}, started {_when(run.started_at)}, last sign "
                    f"of life {_when(run.heartbeat_at)}"
                )
                break
        return (
            f"{message}. Wait until it has finished, or stop it there; the lock comes free as soon "
            "as its process has ended."
        )


def _is_still_there(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _when(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

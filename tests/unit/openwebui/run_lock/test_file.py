"""The lock beside a SQLite database."""

from __future__ import annotations

from pathlib import Path

from migrator_core.openwebui.run_lock.file import LockFile


async def test_one_at_a_time_and_nothing_stays(tmp_path: Path) -> None:
    first, second = LockFile(tmp_path / "webui.db"), LockFile(tmp_path / "webui.db")
    assert await first.take()
    assert not await second.take()
    await first.release()
    assert not list(tmp_path.iterdir())
    assert await second.take()
    await second.release()


async def test_looking_takes_nothing(tmp_path: Path) -> None:
    holder, watcher = LockFile(tmp_path / "webui.db"), LockFile(tmp_path / "webui.db")
    assert not await watcher.is_held()
    assert not list(tmp_path.iterdir())
    assert await holder.take()
    assert await watcher.is_held()
    assert await holder.loss() is None
    await holder.release()
    assert not await watcher.is_held()


async def test_a_lock_left_behind_by_a_dead_process_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "webui.db.librechat-migration.lock").touch()
    lock = LockFile(tmp_path / "webui.db")
    assert not await lock.is_held()
    assert await lock.take()


async def test_a_file_that_somebody_removed_is_a_lock_lost(tmp_path: Path) -> None:
    first, second = LockFile(tmp_path / "webui.db"), LockFile(tmp_path / "webui.db")
    await first.take()
    path = tmp_path / "webui.db.librechat-migration.lock"
    path.unlink()
    assert str(path) in (await first.loss() or "")
    assert await second.take()  # nothing keeps it away any more
    await first.release()
    assert await second.loss() is None  # the first one has not taken the second one's file along
    await second.release()

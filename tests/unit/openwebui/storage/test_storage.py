"""The way to the storage waits for what comes back, and ends the run where nothing does."""

from __future__ import annotations

import errno
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from migrator_core.errors import AbortedError
from migrator_core.openwebui.storage.faults import StorageError
from migrator_core.openwebui.storage.file_store import FileStore
from migrator_core.openwebui.storage.storage import Storage


def hello() -> BinaryIO:
    return io.BytesIO(b"hello")


class Cloud:
    """A provider that fails as often as it is told, and then keeps what it is given."""

    def __init__(self, *errors: Exception, here: Path = Path()) -> None:
        self.here = here
        self.errors = list(errors)
        self.objects: dict[str, bytes] = {}
        self.tags: dict[str, str] = {}

    def upload_file(self, file: BinaryIO, filename: str, tags: dict[str, str]) -> tuple[bytes, str]:
        content = file.read()
        if self.errors:
            raise self.errors.pop(0)
        self.objects[filename], self.tags = content, tags
        return content, f"s3://bucket/{filename}"

    def get_file(self, file_path: str) -> str:
        name = file_path.removeprefix("s3://bucket/")
        place = self.here / name
        place.write_bytes(b"")  # as the S3 provider does, before it asks
        place.write_bytes(self.objects[name])
        return str(place)

    def delete_file(self, file_path: str) -> None:
        del self.objects[file_path.removeprefix("s3://bucket/")]


def storage(tmp_path: Path, cloud: Cloud, patience: float = 30.0) -> Storage:
    return Storage(FileStore(tmp_path, cloud=cloud), patience=patience)


async def test_a_connection_that_breaks_is_made_again(tmp_path: Path) -> None:
    cloud = Cloud(ConnectionResetError(), TimeoutError())
    stored = await storage(tmp_path, cloud).store("a.txt", "id", hello, {})
    assert (stored.path, cloud.objects) == ("s3://bucket/a.txt", {"a.txt": b"hello"})
    await storage(tmp_path, cloud).remove(stored)
    assert not cloud.objects


async def test_a_storage_that_stays_away_ends_the_run(tmp_path: Path) -> None:
    cloud = Cloud(*[ConnectionResetError(errno.ECONNRESET, "reset by peer") for _ in range(99)])
    with pytest.raises(AbortedError, match=r"reset by peer.*safe to run again"):
        await storage(tmp_path, cloud, patience=0.05).store("a.txt", "id", hello, {})


async def test_a_file_of_which_nothing_can_be_made_fails_alone(tmp_path: Path) -> None:
    cloud = Cloud(ValueError("a tag is too long"))
    with pytest.raises(StorageError, match="a tag is too long"):
        await storage(tmp_path, cloud).store("a.txt", "id", hello, {})


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
async def test_a_full_disk_ends_the_run_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(*_: object) -> None:
        raise OSError(number, "the disk says no")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(AbortedError, match="the disk says no"):
        await Storage(FileStore(tmp_path)).store("a.txt", "id", hello, {})
    assert not list(tmp_path.iterdir())


def broken_when_opened() -> BinaryIO:
    raise OSError(errno.EIO, "Input/output error")


def broken_when_read() -> BinaryIO:
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    return Broken()


@pytest.mark.parametrize("blob", [broken_when_opened, broken_when_read])
@pytest.mark.parametrize("cloud", [None, Cloud()])
async def test_a_backup_that_cannot_be_read_is_no_fault_of_the_storage(
    tmp_path: Path, blob: Callable[[], BinaryIO], cloud: Cloud | None
) -> None:
    with pytest.raises(StorageError, match=r"read from the backup: Input/output error"):
        await Storage(FileStore(tmp_path, cloud=cloud)).store("a.txt", "id", blob, {})
    assert not list(tmp_path.iterdir())


async def test_a_long_name_is_no_obstacle_for_a_preview_either(tmp_path: Path) -> None:
    await Storage(FileStore(tmp_path)).check("ä" * 200, hello)


async def test_what_is_read_back_leaves_no_copy_behind(tmp_path: Path) -> None:
    cloud = Cloud(here=tmp_path)
    cloud.objects["a.txt"] = b"hello"
    files = storage(tmp_path, cloud).files
    assert files.digest("s3://bucket/a.txt") == (hashlib.sha256(b"hello").hexdigest(), 5)
    with pytest.raises(StorageError):
        files.digest("s3://bucket/gone.txt")
    assert list(tmp_path.iterdir()) == []


async def test_a_copy_that_was_there_stays(tmp_path: Path) -> None:
    cloud = Cloud(here=tmp_path)
    cloud.objects["a.txt"] = b"hello"
    (tmp_path / "a.txt").write_bytes(b"hello")
    storage(tmp_path, cloud).files.digest("s3://bucket/a.txt")
    assert (tmp_path / "a.txt").read_bytes() == b"hello"

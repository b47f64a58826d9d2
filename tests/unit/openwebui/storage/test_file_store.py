"""Bytes into the upload directory: what is there stays, what was interrupted is completed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.openwebui.storage.faults import StorageError
from migrator_core.openwebui.storage.file_store import FileStore

ID = "11111111-2222-3333-4444-555555555555"
CONTENT = b"0123456789" * 300_000


class Trickle(io.RawIOBase):
    """A file that gives less than it is asked for, as an unbuffered one may."""

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        taken = min(size, 50_000)
        part, self._rest = self._rest[:taken], self._rest[taken:]
        return part


def content() -> BinaryIO:
    return io.BytesIO(CONTENT)


def trickle() -> BinaryIO:
    return Trickle(CONTENT)  # type: ignore[return-value]  # it can read, which is all that is used


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_bytes_arrive_and_nothing_else_stays(tmp_path: Path) -> None:
    stored = FileStore(tmp_path).store("a.txt", ID, content, {})
    assert stored.path == str(tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_bytes() == CONTENT
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("blob", [content, trickle])
def test_the_same_file_is_taken_as_it_is(tmp_path: Path, blob: type[BinaryIO]) -> None:
    (tmp_path / "a.txt").write_bytes(CONTENT)
    store = FileStore(tmp_path)
    stored = store.store("a.txt", ID, blob, {})
    assert not stored.created
    store.remove(stored)
    assert (tmp_path / "a.txt").exists()


@pytest.mark.parametrize("length", [0, 1, 1_048_575, 1_048_576, 1_048_577, len(CONTENT) - 1])
def test_an_interrupted_file_is_completed(tmp_path: Path, length: int) -> None:
    (tmp_path / "a.txt").write_bytes(CONTENT[:length])
    (tmp_path / f".{ID}.part").write_bytes(b"from a killed run")
    FileStore(tmp_path).store("a.txt", ID, trickle, {})
    assert (tmp_path / "a.txt").read_bytes() == CONTENT
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize(
    "other", [b"other", CONTENT + b"!", CONTENT[:-1] + b"!", b"!" + CONTENT[1:500]]
)
def test_a_file_of_somebody_else_is_never_replaced(tmp_path: Path, other: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(other)
    store = FileStore(tmp_path)
    with pytest.raises(StorageError, match="another file"):
        store.check("a.txt", content)
    with pytest.raises(StorageError, match="another file"):
        store.store("a.txt", ID, content, {})
    assert (tmp_path / "a.txt").read_bytes() == other


@pytest.mark.parametrize("kind", ["link", "dangling link", "directory"])
def test_links_and_directories_are_not_written_through(tmp_path: Path, kind: str) -> None:
    uploads, outside = tmp_path / "uploads", tmp_path / "outside"
    uploads.mkdir()
    if kind == "directory":
        (uploads / "a.txt").mkdir()
    else:
        (uploads / "a.txt").symlink_to(outside)
    if kind == "link":
        outside.write_bytes(CONTENT[:10])
    with pytest.raises(StorageError):
        FileStore(uploads).store("a.txt", ID, content, {})
    assert not outside.exists() or outside.read_bytes() == CONTENT[:10]


@given(st.text(max_size=300) | st.sampled_from(["..", ".", "", "../a", "a/b", "a\x00b", "ä" * 200]))
def test_no_name_leads_out_of_the_directory(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    home = tmp_path_factory.mktemp("store")
    (home / "uploads").mkdir()
    try:
        stored = FileStore(home / "uploads").store(name, ID, lambda: io.BytesIO(b"x"), {})
    except StorageError:
        assert not names(home / "uploads")
    else:
        assert Path(stored.path).parent == home / "uploads"
        assert Path(stored.path).read_bytes() == b"x"
    assert names(home) == ["uploads"]


def test_a_name_too_long_for_the_file_system_gets_the_apps_short_form(tmp_path: Path) -> None:
    stored = FileStore(tmp_path).store("ä" * 200 + ".txt", ID, content, {})
    assert stored.path == str(tmp_path / f"{ID}.txt")


def test_a_blob_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(StorageError, match="Input/output error"):
        FileStore(tmp_path).store("a.txt", ID, Broken, {})
    assert not names(tmp_path)

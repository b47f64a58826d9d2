"""Bytes into the upload directory: what is there stays, what was interrupted is completed."""

from __future__ import annotations

import importlib
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.openwebui.storage import FileStore, StorageError
from tests.support.databases import schema

ID = "11111111-2222-3333-4444-555555555555"
CONTENT = b"0123456789" * 300_000


class Trickle(io.RawIOBase):
    """A file that gives less than it is asked for, as an unbuffered one may."""

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        taken = min(size, 1000)
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


class Bucket(ThreadingHTTPServer):
    """As much of S3 as Open WebUI's provider needs: put and delete an object."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _BucketHandler)
        self.objects: dict[str, bytes] = {}
        self.tags: dict[str, bytes] = {}


class _BucketHandler(BaseHTTPRequestHandler):
    server: Bucket

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key, _, query = self.path.partition("?")
        (self.server.tags if "tagging" in query else self.server.objects)[key] = body
        self._answer(200)

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.path, None)
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("ETag", '"x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        pass


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """A bucket that listens."""
    with Bucket() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.openwebui
@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_cloud_storage_goes_through_open_webuis_own_provider(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema()  # imports Open WebUI without touching a real environment
    provider = importlib.import_module("open_webui.storage.provider")

    settings = {
        "UPLOAD_DIR": tmp_path,
        "S3_ENDPOINT_URL": f"http://127.0.0.1:{bucket.server_port}",
        "S3_BUCKET_NAME": "bucket",
        "S3_KEY_PREFIX": "prefix",
        "S3_REGION_NAME": "nowhere",
        "S3_ACCESS_KEY_ID": "key",
        "S3_SECRET_ACCESS_KEY": "secret",
        "S3_ADDRESSING_STYLE": "path",
        "S3_ENABLE_TAGGING": True,
    }
    for name, value in settings.items():
        monkeypatch.setattr(provider, name, value)
    store = FileStore(tmp_path, cloud=provider.S3StorageProvider(), cache=False)
    stored = store.store("a.txt", ID, content, {"OpenWebUI-File-Id": ID})
    assert stored.path == "s3://bucket/prefix/a.txt"
    assert bucket.objects == {"/bucket/prefix/a.txt": CONTENT}
    assert ID.encode() in bucket.tags["/bucket/prefix/a.txt"]
    assert not names(tmp_path)  # STORAGE_LOCAL_CACHE=false
    store.remove(stored)
    assert not bucket.objects

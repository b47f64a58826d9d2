"""Cloud storage, through Open WebUI's own provider."""

from __future__ import annotations

import importlib
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

import pytest

from migrator_core.openwebui.storage.file_store import FileStore
from tests.support.databases import schema

ID = "11111111-2222-3333-4444-555555555555"
CONTENT = b"0123456789" * 300_000


def content() -> BinaryIO:
    return io.BytesIO(CONTENT)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


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

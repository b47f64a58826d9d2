"""One file's trouble is told from the storage's own."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from migrator_core.openwebui.storage.faults import (
    StorageError,
    StorageUnusableError,
    of_disk,
    of_provider,
)


class ClientError(Exception):
    """As boto3 raises it."""

    def __init__(self, status: int) -> None:
        super().__init__(f"An error occurred ({status})")
        self.response = {"ResponseMetadata": {"HTTPStatusCode": status}}


class HttpResponseError(Exception):
    """As azure-core raises it."""

    def __init__(self, status: int) -> None:
        super().__init__("The specified container does not exist.")
        self.status_code = status


class GoogleAPIError(Exception):
    """As google-cloud-storage raises it."""

    def __init__(self, status: int) -> None:
        super().__init__("storage")
        self.code = status


class EndpointConnectionError(Exception):
    """As botocore raises it."""


ONE_FILE, NOW, LATER = "one file", "not now", "not at all"


def kind(error: StorageError) -> str:
    if not isinstance(error, StorageUnusableError):
        return ONE_FILE
    return NOW if error.passing else LATER


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, LATER),
        (errno.EDQUOT, LATER),
        (errno.EROFS, LATER),
        (errno.EACCES, LATER),
        (errno.ENOENT, LATER),
        (errno.EIO, NOW),
        (errno.ESTALE, NOW),
        (errno.EINVAL, ONE_FILE),
        (errno.EILSEQ, ONE_FILE),
        (errno.EISDIR, ONE_FILE),
    ],
)
def test_what_the_disk_says(number: int, told: str) -> None:
    assert kind(of_disk(OSError(number, "words"))) == told


@pytest.mark.parametrize("make", [ClientError, HttpResponseError, GoogleAPIError])
@pytest.mark.parametrize(
    ("status", "told"),
    [(400, ONE_FILE), (413, ONE_FILE), (401, NOW), (403, NOW), (404, NOW), (429, NOW), (503, NOW)],
)
def test_what_a_server_says(make: Callable[[int], Exception], status: int, told: str) -> None:
    assert kind(of_provider(make(status))) == told
    wrapped = RuntimeError(f"Error uploading file to S3: {status}")
    wrapped.__context__ = make(status)  # as Open WebUI's provider raises it
    assert kind(of_provider(wrapped)) == told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (EndpointConnectionError('Could not connect to "http://minio:9000"'), NOW),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), NOW),
        (TimeoutError("timed out"), NOW),
        (OSError(errno.ENOSPC, "No space left on device"), LATER),
        (ValueError("Empty file content"), ONE_FILE),
        (TypeError("a tag is no text"), ONE_FILE),
    ],
)
def test_what_a_library_raises_before_it_has_asked(error: Exception, told: str) -> None:
    assert kind(of_provider(error)) == told


def test_no_secret_of_an_address_is_repeated() -> None:
    secret = "https://key:s3cr3t@minio/bucket?X-Amz-Signature=abc123&x=1 is gone\nsecond line"
    told = str(of_provider(RuntimeError(secret)))
    assert told == "https://key:***@minio/bucket?X-Amz-Signature=***&x=1 is gone"

"""What a storage error means: this file cannot be stored, or none can be."""

from __future__ import annotations

import errno
from collections.abc import Iterator

from migrator_core.openwebui.database.faults import redact

_USELESS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT}
)
"""A full, read-only or forbidden disk, or no directory: the next file fails just so."""
_AWAY = frozenset(
    {errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH}
)
"""A network file system that may come back."""
_OWN_FAULT = range(400, 500)
_NOT_ITS_OWN_FAULT = frozenset({401, 403, 404, 407, 408, 425, 429})
"""HTTP status codes that say nothing about the file: no access, no bucket, no time, too many."""
_OF_PYTHON = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class StorageError(Exception):
    """The file was not stored; ``str()`` says why."""


class StorageUnusableError(StorageError):
    """No file can be stored. With ``passing`` it may be worth trying again."""

    def __init__(self, words: str, *, passing: bool) -> None:
        super().__init__(words)
        self.passing = passing


def of_disk(error: OSError) -> StorageError:
    """What an error while writing to the upload directory means."""
    words = error.strerror or type(error).__name__
    if error.errno in _USELESS | _AWAY:
        return StorageUnusableError(words, passing=error.errno in _AWAY)
    return StorageError(words)


def of_provider(error: Exception) -> StorageError:
    """What an error of a provider means, which raises whatever its client library raises.

    Those libraries have tried again by themselves before they gave up.
    """
    first_line = (str(error) or type(error).__name__).splitlines()[0]
    words = redact(first_line)[:300]
    chain = list(_chain(error))
    for one in chain:
        status = _status(one)
        if status is not None:
            own = status in _OWN_FAULT and status not in _NOT_ITS_OWN_FAULT
            return StorageError(words) if own else StorageUnusableError(words, passing=True)
    innermost = chain[-1]
    if isinstance(innermost, OSError) and innermost.errno in _USELESS:
        return StorageUnusableError(words, passing=False)
    if isinstance(innermost, _OF_PYTHON):
        return StorageError(words)
    return StorageUnusableError(words, passing=True)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that it was raised from or while handling."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__


def _status(error: BaseException) -> int | None:
    """The HTTP status in an error of boto3, azure-core or google-cloud-storage."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        response = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    for found in (response, getattr(error, "status_code", None), getattr(error, "code", None)):
        if isinstance(found, int):
            return int(found)
    return None

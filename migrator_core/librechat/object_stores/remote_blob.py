"""The bytes of one file in a cloud storage: asked for, or fetched to this machine in portions."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO, TypeVar

from migrator_core.librechat.object_stores.store import ObjectError, ObjectStore

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one object is fetched: ``size`` in bytes, ``seconds``; and what ends it early."""

    size: int
    seconds: float
    stopped: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Fetched:
    """An object that was asked for, or fetched: its size, and then its SHA-256 and where it is."""

    size: int
    sha256: str = ""
    path: Path | None = None

    def open(self) -> BinaryIO:
        """Its bytes.

        Raises:
            OSError: it was not fetched, or is gone again.
        """
        if self.path is None:
            raise OSError("it was not fetched")
        return self.path.open("rb")

    def remove(self) -> None:
        """Remove it from this machine."""
        if self.path is not None:
            with suppress(OSError):
                self.path.unlink()


@dataclass(frozen=True, slots=True)
class RemoteBlob:
    """A file in a storage, by the names that it may have there. Methods block.

    They raise :class:`.ObjectError` where this file cannot be had, and
    :class:`.StoreUnusableError` where none can be.
    """

    store: ObjectStore
    keys: tuple[str, ...]
    limits: Limits
    directory: Path

    def ask(self) -> Fetched:
        """How large it is; nothing is fetched."""
        return Fetched(self._first(self._size))

    def fetch(self) -> Fetched:
        """Fetch it into the directory; the caller removes it."""
        return self._first(self._fetch)

    def read(self, at_most: int) -> bytes:
        """All of it, where it is small."""
        limits = Limits(at_most, self.limits.seconds, self.limits.stopped, self.limits.clock)
        return self._first(lambda key: b"".join(_chunks(self.store, key, limits)))

    def _first(self, attempt: Callable[[str], T]) -> T:
        """What the first name gives that there is."""
        for key in self.keys[:-1]:
            try:
                return attempt(key)
            except ObjectError as error:
                if error.kind not in {"missing", "denied"}:  # S3 may deny what is not there
                    raise
        return attempt(self.keys[-1])

    def _size(self, key: str) -> int:
        size = self.store.size(key)
        _refuse_large(size, self.limits)
        return size

    def _fetch(self, key: str) -> Fetched:
        descriptor, name = mkstemp(dir=self.directory)
        path = Path(name)
        digest, size = hashlib.sha256(), 0
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
                for chunk in _chunks(self.store, key, self.limits):
                    file.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return Fetched(size, digest.hexdigest(), path)


def _chunks(store: ObjectStore, key: str, limits: Limits) -> Iterator[bytes]:
    """The bytes of an object, within its bounds and as many as it said."""
    ends, size = limits.clock() + limits.seconds, 0
    with store.open(key) as opened:
        _refuse_large(opened.size, limits)
        for chunk in opened.chunks:
            size += len(chunk)
            _refuse_large(size, limits)
            if limits.stopped():
                raise ObjectError("failed", "the run was stopped")
            if limits.clock() > ends:
                raise ObjectError(
                    "failed",
                    f"it did not come within {limits.seconds:,.0f} seconds "
                    f"(MIGRATION_REMOTE_TIMEOUT); {size:,} of {opened.size:,} bytes had come",
                )
            yield chunk
    if size != opened.size:
        raise ObjectError("failed", f"it ended after {size:,} of {opened.size:,} bytes")


def _refuse_large(size: int, limits: Limits) -> None:
    if size > limits.size:
        raise ObjectError(
            "large", f"{size:,} bytes; MIGRATION_REMOTE_MAX_MB allows {limits.size:,}", size
        )

"""What a cloud storage must be able to do, and what can go wrong with one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

CHUNK = 1024 * 1024
"""Bytes that are read at a time."""

CONNECTING = 10
"""Seconds to wait for a connection."""

SILENCE = 30
"""Seconds to wait for the next bytes."""

ATTEMPTS = 4
"""How often the client libraries ask before they give up; they pause in between."""

AT_ONCE = 8
"""Objects that are fetched, or asked for, at the same time."""


class ObjectError(Exception):
    """One object cannot be had; ``str()`` says why.

    ``kind``: it is not there (``missing``), must not be read (``denied``), is larger than allowed
    (``large``), or did not come (``failed``), which another time it may.
    """

    def __init__(
        self, kind: Literal["missing", "denied", "large", "failed"], message: str, size: int = 0
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.size = size


class StoreUnusableError(Exception):
    """No object can be had; ``str()`` is a sentence that names the setting to look at."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An object that is being read: its size in bytes, and its bytes."""

    size: int
    chunks: Iterator[bytes]


def try_some(store: ObjectStore, samples: Sequence[str], remedy: str) -> None:
    """Whether any of these can be read, where the storage may not be asked as a whole.

    Raises:
        StoreUnusableError: all of them are denied; ``remedy`` is what to do about it.
    """
    for key in samples:
        try:
            store.size(key)
        except ObjectError as error:
            if error.kind == "denied":
                continue
        return
    if samples:
        raise StoreUnusableError(
            f"Access to {store.place} is denied: neither may it be listed, nor any of "
            f"{len(samples)} files be read that the backup names. {remedy}"
        )


class ObjectStore(Protocol):
    """One bucket or container. Every method blocks and may be called from several threads.

    All of them raise :class:`ObjectError` where one object is to blame, and
    :class:`StoreUnusableError` where none can be had. ``place`` is what people call it.
    """

    place: str

    def look(self, samples: Sequence[str]) -> None:
        """Whether objects can be read; ``samples`` are names of some that should be there."""

    def size(self, key: str) -> int:
        """How many bytes an object has. Its bytes are not read."""

    def open(self, key: str) -> AbstractContextManager[Opened]:
        """Read an object from its beginning."""

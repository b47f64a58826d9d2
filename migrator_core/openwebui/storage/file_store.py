"""Bytes into Open WebUI's file storage.

Open WebUI's providers (``open_webui/storage/provider.py``) read a whole file into memory and write
it under its final name, replacing whatever is there. For local storage this module therefore does
the same work itself: as a stream, through a temporary name, and never over a file that is not the
migration's. Cloud storage goes through the provider; memory then holds one file at a time.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.database.faults import redact
from migrator_core.openwebui.storage.faults import StorageError, of_disk, of_provider
from migrator_core.openwebui.storage.reading import (
    CHUNK,
    OpenBlob,
    Present,
    compare,
    digest_of_file,
    reading,
)

_TAKEN = "the upload directory holds another file of the same name"


class Provider(Protocol):
    """What this module uses of ``StorageProvider`` in ``open_webui/storage/provider.py``."""

    def upload_file(self, file: BinaryIO, filename: str, tags: dict[str, str]) -> tuple[bytes, str]:
        """Store a file; its bytes, and the path to keep."""

    def get_file(self, file_path: str) -> str:
        """Where a file can be read on this machine, once it was fetched."""

    def delete_file(self, file_path: str) -> None:
        """Remove a file by the path that was kept."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored file: what goes into ``file.path``, and whether this call put it there."""

    path: str
    created: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """What speaks against storing anything; ``free`` bytes, None where nobody knows."""

    problem: str | None = None
    free: int | None = None


class FileStore:
    """Open WebUI's storage. Every method blocks: call it in a thread."""

    def __init__(self, uploads: Path, *, cloud: Provider | None = None, cache: bool = True) -> None:
        """Store into a directory, or with ``cloud`` into that provider by way of the directory.

        ``cache`` keeps the local copy after an upload (``STORAGE_LOCAL_CACHE``).
        """
        self.uploads = uploads
        self._cloud = cloud
        self._cache = cache

    @classmethod
    def of_open_webui(cls, *, read_only: bool, fetches: bool = False) -> FileStore:
        """The storage that this Open WebUI is configured to use.

        ``fetches`` says that files will be read back, which takes the provider even where nothing
        may be written.

        Raises:
            CannotStartError: its provider does not start, or its directory cannot be written.
        """
        config = importlib.import_module("open_webui.config")
        uploads = Path(config.UPLOAD_DIR)
        if read_only and not fetches:
            return cls(uploads)
        try:
            provider = importlib.import_module("open_webui.storage.provider").Storage
        except Exception as error:
            raise CannotStartError(
                f"Open WebUI's file storage ({config.STORAGE_PROVIDER}) does not start: "
                f"{type(error).__name__}: {redact(str(error))[:300]}. Give this program the same "
                "storage variables as Open WebUI itself."
            ) from error
        if not read_only and not os.access(uploads, os.W_OK):
            raise CannotStartError(
                f"Open WebUI's directory for uploads, {uploads}, cannot be written. Run this "
                "program as the user Open WebUI runs as, with its volume mounted read-write."
            )
        if type(provider).__name__ == "LocalStorageProvider":
            return cls(uploads)
        cache = bool(getattr(config, "STORAGE_LOCAL_CACHE", True))
        return cls(uploads, cloud=provider, cache=cache)

    def look(self) -> Readiness:
        """Whether Open WebUI's storage could take files now. Nothing is stored."""
        try:
            store = self.of_open_webui(read_only=False)
        except CannotStartError as error:
            return Readiness(problem=str(error))
        return Readiness(free=shutil.disk_usage(store.uploads).free if store.is_local else None)

    @property
    def is_local(self) -> bool:
        """Whether files stay in the directory."""
        return self._cloud is None

    def check(self, name: str, open_blob: OpenBlob) -> None:
        """What :meth:`store` would refuse, without storing anything.

        Raises:
            StorageError: the name is taken by other content, or is no file name.
        """
        try:
            present = self._look(name, open_blob)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                return  # the file's id takes its place
            raise of_disk(error) from error
        if present is Present.OTHER:
            raise StorageError(_TAKEN)

    def store(
        self, name: str, file_id: str, open_blob: OpenBlob, tags: Mapping[str, str]
    ) -> Stored:
        """Store the bytes under ``name``, or under the file's id where the name is too long.

        A file that an interrupted run left behind is taken over or completed.

        Raises:
            StorageError: nothing was stored.
            StorageUnusableError: nor will any other file be.
        """
        try:
            return self._store(name, file_id, open_blob, tags)
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise of_disk(error) from error
        # ``routers/files.py: upload_file_handler`` falls back in the same way.
        try:
            return self._store(file_id + Path(name).suffix[:20], file_id, open_blob, tags)
        except OSError as error:
            raise of_disk(error) from error

    def digest(self, path: str) -> tuple[str, int]:
        """SHA-256 (hex) and number of the bytes that the storage returns for ``file.path``.

        What a provider fetches to this machine for that is removed again.

        Raises:
            StorageError: they are not there, or cannot be read.
        """
        fetched = None if self._cloud is None else self.uploads / path.rsplit("/", 1)[-1]
        was_here = fetched is None or fetched.exists()
        try:
            return digest_of_file(self._fetch(path))
        except OSError as error:
            words = error.strerror or type(error).__name__
            raise StorageError(f"the bytes cannot be read from the storage: {words}") from error
        finally:
            if fetched is not None and not was_here:
                fetched.unlink(missing_ok=True)

    def _fetch(self, path: str) -> Path:
        if self._cloud is None:
            return Path(path)
        try:
            return Path(self._cloud.get_file(path))
        except Exception as error:
            raise of_provider(error) from error

    def holds(self, name: str, file_id: str) -> bool:
        """Whether bytes lie under one of the names that :meth:`store` gives.

        Only local storage can be asked; it says no for any other.
        """
        if self._cloud is not None:
            return False
        names = (name, file_id + Path(name).suffix[:20])
        return any((self.uploads / each).is_file() for each in names if "/" not in each)

    def remove(self, stored: Stored) -> None:
        """Take back what :meth:`store` has just put there; never anything else."""
        if not stored.created:
            return
        if self._cloud is not None:
            with contextlib.suppress(Exception):  # an orphan object harms nobody
                self._cloud.delete_file(stored.path)
            return
        with contextlib.suppress(OSError):
            Path(stored.path).unlink()

    def take_back(self, path: str) -> None:
        """Remove the bytes at a ``file.path``; it is well where there are none.

        Raises:
            StorageError: they may still be there.
        """
        if self._cloud is not None:
            try:
                self._cloud.delete_file(path)
            except Exception as error:
                raise of_provider(error) from error
            return
        # Whatever the path says: nothing but a plain file of the uploads is ours.
        stored = self.uploads / Path(path).name
        try:
            if stored.is_file() and not stored.is_symlink():
                stored.unlink()
        except OSError as error:
            words = error.strerror or type(error).__name__
            raise StorageError(f"the bytes cannot be removed: {words}") from error

    def _store(
        self, name: str, file_id: str, open_blob: OpenBlob, tags: Mapping[str, str]
    ) -> Stored:
        present = self._look(name, open_blob)
        if present is Present.OTHER:
            raise StorageError(_TAKEN)
        if self._cloud is not None:
            return self._upload(self._cloud, name, open_blob, tags)
        # The same text as the provider's own ``file.path``.
        path = os.path.join(self.uploads, name)  # noqa: PTH118
        if present is Present.SAME:
            return Stored(path, created=False)
        self._write(path, self.uploads / f".{file_id}.part", open_blob)
        return Stored(path, created=True)

    def _upload(
        self, provider: Provider, name: str, open_blob: OpenBlob, tags: Mapping[str, str]
    ) -> Stored:
        try:
            with reading(open_blob) as blob:
                _, path = provider.upload_file(blob, name, dict(tags))
        except StorageError:
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
                raise
            raise of_provider(error) from error
        if not self._cache:
            with contextlib.suppress(OSError):
                (self.uploads / name).unlink()
        return Stored(path, created=True)

    def _write(self, path: str, temporary: Path, open_blob: OpenBlob) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        descriptor = os.open(temporary, flags, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as target, reading(open_blob) as blob:
                shutil.copyfileobj(blob, target, CHUNK)
                size = target.tell()
            if size:
                # Only an unfinished file of ours can be there by now: this completes it.
                temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        if not size:
            raise StorageError("the file is empty")

    def _look(self, name: str, open_blob: OpenBlob) -> Present:
        """Compare what lies under the name with what is to lie there."""
        if name in {"", ".", ".."} or "/" in name or "\x00" in name:
            raise StorageError("the storage name is not a plain file name")
        path = self.uploads / name
        try:
            path.lstat()
        except FileNotFoundError:
            return Present.ABSENT
        except UnicodeError as error:
            raise StorageError("the storage name cannot be a file name") from error
        if path.is_symlink() or not path.is_file():
            return Present.OTHER
        try:
            with path.open("rb") as present, reading(open_blob) as wanted:
                return compare(present, wanted)
        except OSError as error:
            words = error.strerror or type(error).__name__
            raise StorageError(f"a file of the same name cannot be read: {words}") from error

"""The storages that the operator named, by what LibreChat calls them in its records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TypeVar

from migrator_core.errors import CannotStartError
from migrator_core.librechat.blobs import BlobError
from migrator_core.librechat.object_stores.azure import AzureStore
from migrator_core.librechat.object_stores.keys import keys_of
from migrator_core.librechat.object_stores.remote_blob import Limits, RemoteBlob
from migrator_core.librechat.object_stores.s3 import S3Store
from migrator_core.librechat.object_stores.store import (
    AT_ONCE,
    ObjectError,
    ObjectStore,
    StoreUnusableError,
)
from migrator_core.remote_settings import RemoteFileSettings

StoreKind = Literal["s3", "azure"]
T = TypeVar("T")

_SOURCES: Final[Mapping[str, StoreKind]] = {
    "s3": "s3",
    "cloudfront": "s3",
    "firebase": "s3",  # Google Cloud Storage speaks S3 to whoever has an HMAC key
    "azure_blob": "azure",
}
"""``source`` of a file record (LibreChat's ``FileSources``), and where its bytes are."""

SETTINGS: Final[Mapping[StoreKind, str]] = {
    "s3": "MIGRATION_S3_BUCKET",
    "azure": "MIGRATION_AZURE_CONTAINER",
}
"""What names the storage of each kind."""


def kind_of_source(source: str | None) -> StoreKind | None:
    """Which kind of storage a record speaks of; None where its bytes cannot be fetched."""
    return _SOURCES.get((source or "").strip().lower())


NO_LIMITS: Final = Limits(0, 0)
"""Where nothing is fetched."""


@dataclass(frozen=True, slots=True)
class ObjectStores:
    """The storages there are, with the threads that fetch from them. Empty: nothing is fetched."""

    stores: Mapping[StoreKind, ObjectStore] = field(default_factory=dict)
    limits: Limits = NO_LIMITS
    directory: Path = Path()
    pool: ThreadPoolExecutor | None = None

    @classmethod
    @contextmanager
    def of(
        cls,
        settings: RemoteFileSettings,
        workdir: Path | None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Iterator[ObjectStores]:
        """Those of these settings.

        What is fetched lies below ``workdir`` for as long as needed; without it nothing can be.

        Raises:
            CannotStartError: a client library is missing, or a setting makes no sense.
        """
        try:
            stores = _made_of(settings)
        except StoreUnusableError as error:
            raise CannotStartError(str(error)) from error
        if not stores:
            yield cls()
            return
        directory = Path() if workdir is None else workdir / "fetched"
        directory.mkdir(exist_ok=True)
        limits = Limits(settings.remote_max_mb * 1024 * 1024, settings.remote_timeout, stopped)
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetching") as pool:
            try:
                yield cls(stores, limits, directory, pool)
            finally:
                pool.shutdown(cancel_futures=True)

    def look(self, samples: Mapping[StoreKind, Sequence[str]]) -> list[str]:
        """What is wrong with each of them, in a sentence; ``samples`` are names of objects."""
        problems = []
        for kind, store in self.stores.items():
            try:
                store.look(samples.get(kind, ()))
            except StoreUnusableError as error:
                problems.append(str(error))
            except ObjectError as error:
                problems.append(f"{store.place} cannot be used ({SETTINGS[kind]}): {error}.")
        return problems

    def find(
        self, source: str | None, filepath: str | None, storage_key: str | None, user: str | None
    ) -> RemoteBlob | None:
        """The bytes of a file record; None where its storage was not named.

        Raises:
            BlobError: the record names nothing that its user may have.
        """
        kind = kind_of_source(source)
        store = self.stores.get(kind) if kind is not None else None
        if store is None:
            return None
        return RemoteBlob(store, keys_of(filepath, storage_key, user), self.limits, self.directory)

    def picture(self, address: str, user: str | None, at_most: int) -> bytes | None:
        """A small picture of a user's, by the address that LibreChat made for it.

        It does not say which storage that is in, so each is asked; where none has it, None.

        Raises:
            StoreUnusableError: a storage went away.
        """
        try:
            keys = keys_of(address, None, user) if self.stores else ()
        except BlobError:
            return None  # of whoever people sign in with, for example
        for store in self.stores.values() if keys else ():
            try:
                return RemoteBlob(store, keys, self.limits, self.directory).read(at_most)
            except ObjectError:
                continue
        return None

    def start(self, work: Callable[[], T]) -> Future[T]:
        """Do something in a thread, when one is free.

        Raises:
            RuntimeError: there are no storages, or they are closed.
        """
        if self.pool is None:
            raise RuntimeError("no storage was named")
        return self.pool.submit(work)


def _made_of(settings: RemoteFileSettings) -> dict[StoreKind, ObjectStore]:
    stores: dict[StoreKind, ObjectStore] = {}
    if settings.s3_bucket:
        stores["s3"] = S3Store(settings)
    if settings.azure_container:
        stores["azure"] = AzureStore(settings)
    return stores

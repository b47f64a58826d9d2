"""Azure Blob Storage, through azure-storage-blob, which Open WebUI ships."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from migrator_core.librechat.object_stores.store import (
    ATTEMPTS,
    CONNECTING,
    SILENCE,
    ObjectError,
    Opened,
    StoreUnusableError,
    try_some,
)
from migrator_core.remote_settings import RemoteFileSettings, told

Meaning: TypeAlias = ObjectError | StoreUnusableError

_PORTION: Final = 4 * 1024 * 1024
"""Bytes in one answer; the library keeps it in memory."""
_KEY: Final = "MIGRATION_AZURE_CONNECTION_STRING"
_NO_CONTAINER: Final = "There is no such container: {place} (MIGRATION_AZURE_CONTAINER)."
_NO_NAME: Final = "No container can have such a name: {place} (MIGRATION_AZURE_CONTAINER)."
_WRONG_KEY: Final = f"Access to {{place}} is refused: the key is wrong. Check {_KEY}."
_OF_ALL: Final = {
    **dict.fromkeys(("ContainerNotFound", "ContainerBeingDeleted"), _NO_CONTAINER),
    **dict.fromkeys(("InvalidResourceName", "OutOfRangeInput"), _NO_NAME),
    **dict.fromkeys(("AuthenticationFailed", "InvalidAuthenticationInfo"), _WRONG_KEY),
}
_DENIED: Final = frozenset({401, 403})


class AzureStore:
    """One container; see :class:`~migrator_core.librechat.object_stores.store.ObjectStore`."""

    def __init__(
        self, settings: RemoteFileSettings, environment: Mapping[str, str] = os.environ
    ) -> None:
        """Make a client; nothing is asked yet.

        Raises:
            StoreUnusableError: the library is missing, or the settings make no client.
        """
        self.place = f"the Azure container {settings.azure_container}"
        connection = told(settings.azure_connection_string) or environment.get(
            "AZURE_STORAGE_CONNECTION_STRING", ""
        )
        if not connection:
            raise StoreUnusableError(f"Nothing says how to reach {self.place}: set {_KEY}.")
        try:
            blob = importlib.import_module("azure.storage.blob")
        except ImportError as error:
            raise StoreUnusableError(
                "Fetching files from Azure (MIGRATION_AZURE_CONTAINER) needs the Python package "
                "azure-storage-blob, which is missing here. Open WebUI's images bring it; "
                "elsewhere: pip install azure-storage-blob."
            ) from error
        try:
            self._container = blob.ContainerClient.from_connection_string(
                connection,
                settings.azure_container,
                connection_timeout=CONNECTING,
                read_timeout=SILENCE,
                retry_total=ATTEMPTS - 1,
                max_single_get_size=_PORTION,
                max_chunk_get_size=_PORTION,
            )
        except Exception as error:  # it may quote the string
            raise StoreUnusableError(f"What {_KEY} says is no connection string.") from error

    def look(self, samples: Sequence[str]) -> None:
        """See :class:`.ObjectStore`. Whoever may not list a container may still read its blobs."""
        try:
            next(iter(self._container.list_blobs(results_per_page=1)), None)
        except Exception as error:
            meaning = meaning_of(error, self.place)
            if not isinstance(meaning, ObjectError):
                raise meaning from error
            if meaning.kind != "denied":
                raise StoreUnusableError(
                    f"{self.place} cannot be used (MIGRATION_AZURE_CONTAINER): {meaning}."
                ) from error
            try_some(self, samples, f"Check {_KEY}.")

    def size(self, key: str) -> int:
        """See :class:`.ObjectStore`."""
        try:
            return int(self._container.get_blob_client(key).get_blob_properties().size)
        except Exception as error:
            raise meaning_of(error, self.place) from error

    @contextmanager
    def open(self, key: str) -> Iterator[Opened]:
        """See :class:`.ObjectStore`."""
        try:
            answer = self._container.download_blob(key, max_concurrency=1)
        except Exception as error:
            raise meaning_of(error, self.place) from error
        yield Opened(int(answer.size), self._read(answer))

    def _read(self, answer: Any) -> Iterator[bytes]:  # noqa: ANN401 - a class of the library
        try:
            yield from answer.chunks()
        except Exception as error:
            raise meaning_of(error, self.place) from error


def meaning_of(error: Exception, place: str) -> Meaning:
    """What an error of the library is about; its own words may hold signatures and stay inside."""
    if isinstance(error, ObjectError | StoreUnusableError):
        return error
    if any(each.__name__ == "ServiceRequestError" for each in type(error).__mro__):
        return StoreUnusableError(
            f"The storage of {place} cannot be reached. Check {_KEY}, and the network."
        )
    code = getattr(error, "error_code", None)
    name = str(getattr(code, "value", code) or type(error).__name__)
    if name in _OF_ALL:
        return StoreUnusableError(_OF_ALL[name].format(place=place))
    status = getattr(error, "status_code", None)
    if status == 404:
        return ObjectError("missing", f"it is not in {place}")
    if status in _DENIED or name == "BlobArchived":
        return ObjectError("denied", f"{place} does not let it be read ({name})")
    return ObjectError("failed", f"the storage answered {name}")

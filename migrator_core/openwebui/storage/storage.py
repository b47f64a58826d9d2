"""The one way to Open WebUI's file storage: off the event loop, patient, and with a sentence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from migrator_core.errors import AbortedError
from migrator_core.openwebui.storage.faults import StorageUnusableError
from migrator_core.openwebui.storage.file_store import FileStore, Stored
from migrator_core.openwebui.storage.reading import OpenBlob

_PATIENCE = 60.0
"""Seconds to wait for a storage that may come back."""
_LONGEST_PAUSE = 5.0


class Storage:
    """Stores, checks and takes back files.

    Its methods raise :class:`.StorageError` where one file is to blame.
    """

    def __init__(self, files: FileStore, *, patience: float = _PATIENCE) -> None:
        """Use a store. ``patience``: seconds to wait for one that does not answer."""
        self.files = files
        self._patience = patience

    async def store(
        self, name: str, file_id: str, open_blob: OpenBlob, tags: Mapping[str, str]
    ) -> Stored:
        """See :meth:`.FileStore.store`.

        Raises:
            StorageError: this file cannot be stored.
            AbortedError: no file can be stored.
        """
        started, pause = time.monotonic(), 0.1
        while True:
            try:
                return await asyncio.to_thread(self.files.store, name, file_id, open_blob, tags)
            except StorageUnusableError as error:
                if not error.passing or time.monotonic() - started >= self._patience:
                    raise AbortedError(
                        f"Open WebUI's file storage cannot be used any more: {error}. What was "
                        "written so far is complete; the migration is safe to run again."
                    ) from error
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def check(self, name: str, open_blob: OpenBlob) -> None:
        """See :meth:`.FileStore.check`."""
        await asyncio.to_thread(self.files.check, name, open_blob)

    async def take_back(self, path: str) -> None:
        """See :meth:`.FileStore.take_back`."""
        await asyncio.to_thread(self.files.take_back, path)

    async def remove(self, stored: Stored) -> None:
        """See :meth:`.FileStore.remove`."""
        await asyncio.to_thread(self.files.remove, stored)

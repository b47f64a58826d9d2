"""Files that lie in a cloud storage: how many, and whether they can be fetched."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from contextlib import ExitStack
from typing import Final

from migrator_core.errors import CannotStartError
from migrator_core.librechat import Backup, BlobError, ObjectStores, keys_of, kind_of_source
from migrator_core.librechat.documents.file import File
from migrator_core.librechat.object_stores.stores import SETTINGS, StoreKind
from migrator_core.runs.readiness.findings import Findings
from migrator_core.wording import size

_SAMPLES: Final = 5
"""Objects that are asked for where a storage cannot be asked as a whole."""


class RemoteFiles:
    """Counts the files whose bytes the backup lacks because they lie in somebody's cloud."""

    def __init__(self) -> None:
        self.files: Counter[StoreKind] = Counter()
        self.bytes: Counter[StoreKind] = Counter()
        self.samples: defaultdict[StoreKind, list[str]] = defaultdict(list)

    def read(self, backup: Backup) -> None:
        """Look at every record."""
        for file in backup.usable("files", File):
            kind = kind_of_source(file.source)
            if kind is None:
                continue
            try:
                keys = keys_of(file.filepath, file.storage_key, file.user)
            except BlobError:
                continue
            self.files[kind] += 1
            self.bytes[kind] += max(file.bytes or 0, 0)
            if len(self.samples[kind]) < _SAMPLES:
                self.samples[kind].append(keys[0])

    async def say(self, found: Findings) -> None:
        """Where they are to come from, or what would bring them."""
        with ExitStack() as stack:
            try:
                # Nothing is fetched, so there is nothing to keep anywhere.
                stores = stack.enter_context(ObjectStores.of(found.settings, None))
            except CannotStartError as error:
                found.problems.append(str(error))
                return
            await self.look(stores, found)
        for kind, count in self.files.items():
            much = f"{count:,} files, {size(self.bytes[kind])} by their records,"
            store = stores.stores.get(kind)
            if store is not None:
                found.facts.append(f"{much} are fetched from {store.place}.")
            else:
                found.warnings.append(
                    f"{much} lie in a storage that no setting names ({kind}), and are left out. "
                    f"Set {SETTINGS[kind]} and what belongs to it to fetch them."
                )

    async def look(self, stores: ObjectStores, found: Findings) -> None:
        """What is wrong with the storages that are named."""
        found.problems += await asyncio.to_thread(stores.look, self.samples)

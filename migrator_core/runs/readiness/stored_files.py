"""The files of a backup: whether they are there, and have room here."""

from __future__ import annotations

import asyncio

from migrator_core.convert.files.file_records import skip_reason
from migrator_core.convert.files.stored_paths import own_path
from migrator_core.librechat import Backup, BlobError
from migrator_core.librechat.documents.file import File
from migrator_core.runs.readiness.findings import Findings
from migrator_core.wording import size

_SPARE = 500 * 1024 * 1024
"""Bytes that must stay free where the files go: a full disk stops the server."""


class StoredFiles:
    """Counts the files that LibreChat kept itself, and those of them that the backup lacks."""

    def __init__(self) -> None:
        self.kept = 0
        self.missing = 0
        self.bytes = 0

    def read(self, backup: Backup) -> None:
        """Look for the bytes of every record."""
        for file in backup.usable("files", File):
            path = own_path(file.filepath or "", file.user or "")
            if skip_reason(file) is not None and path is None:
                continue
            self.kept += 1
            try:
                found = backup.blobs.find(file.filepath or "", user=file.user, file_id=file.file_id)
            except BlobError as error:
                self.missing += error.kind == "missing"
            else:
                self.bytes += found.size

    async def say(self, found: Findings) -> None:
        """How much is to be copied, and what is in the way of that."""
        if self.missing:
            found.warnings.append(
                f"{self.missing:,} of {self.kept:,} files are not in the backup: chats will say "
                "so where they were. LibreChat keeps them in its folders uploads and images; put "
                "those beside the data."
            )
        if self.kept > self.missing:
            found.facts.append(
                f"{self.kept - self.missing:,} files, {size(self.bytes)}, go to the file storage."
            )
        if found.target is None:
            return
        storage = await asyncio.to_thread(found.target.storage.files.look)
        if storage.problem is not None:
            found.problems.append(storage.problem)
        if storage.free is not None and storage.free < self.bytes + _SPARE:
            (found.problems if found.needs_all_room else found.warnings).append(
                f"Only {size(storage.free)} are free in {found.target.uploads}; the files of this "
                f"backup need {size(self.bytes)} there. Make room first."
            )

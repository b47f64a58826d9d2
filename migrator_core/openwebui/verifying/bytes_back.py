"""Files, read back through Open WebUI's storage and compared by their SHA-256."""

from __future__ import annotations

import asyncio
import hashlib

from migrator_core.item import Item
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.storage.faults import StorageError
from migrator_core.openwebui.storage.reading import OpenBlob
from migrator_core.openwebui.verifying.facts import Gap
from migrator_core.rows import FileRow
from migrator_core.verification import Difference


async def compare_bytes(
    target: OpenWebUI, item: Item, path: object, open_blob: OpenBlob
) -> tuple[int, list[Gap]]:
    """How many bytes the storage returned, and what is wrong with them."""
    expected = await asyncio.to_thread(_digest_of, open_blob)
    if not isinstance(path, str) or not path:
        return 0, [Gap(Difference.BYTES_LOST, "file: no path")]
    try:
        found, size = await asyncio.to_thread(target.storage.files.digest, path)
    except StorageError as error:
        return 0, [Gap(Difference.BYTES_LOST, str(error))]
    if expected is not None and found != expected:
        return size, [Gap(Difference.BYTES_DIFFER, f"{size:,} bytes, {item.size:,} in the backup")]
    return size, []


async def leftover_bytes(target: OpenWebUI, row: FileRow) -> bool:
    """Whether the bytes of a file are in the storage, whose record is gone.

    Open WebUI removes both (``routers/files.py: delete_file_by_id``, 0.10 to 0.12).
    """
    return await asyncio.to_thread(target.storage.files.holds, row.stored_name, row.id)


def _digest_of(open_blob: OpenBlob) -> str | None:
    """SHA-256 (hex) of the file in the backup, None where it cannot be read any more."""
    digest = hashlib.sha256()
    try:
        with open_blob() as blob:
            while chunk := blob.read(1024 * 1024):
                digest.update(chunk)
    except (OSError, ValueError):
        return None
    return digest.hexdigest()

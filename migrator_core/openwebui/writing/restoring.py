"""Files whose row is there and whose bytes are gone from the storage."""

from __future__ import annotations

import asyncio
from pathlib import Path

import sqlalchemy as sa

from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.ledger.reader import LedgerReader

RESTORED = "its bytes were gone from the file storage and were stored again"


async def lost_path(target: OpenWebUI, ledger: LedgerReader, file_id: str) -> str | None:
    """Where the bytes of a file of ours should be and are not; None where all is well."""
    file = target.schema.table("file")
    rows = await target.database.rows(sa.select(file.c.path).where(file.c.id == file_id))
    path = rows[0].path if rows else None
    if not path or await asyncio.to_thread(_lies_there, path, target.storage.files.uploads):
        return None
    return str(path) if await ledger.made("file", [file_id]) else None


def _lies_there(path: str, uploads: Path) -> bool:
    """Whether something lies at a path of a file; object stores are not asked."""
    if "://" in path:
        return True
    return Path(path).is_file() or (uploads / Path(path).name).is_file()

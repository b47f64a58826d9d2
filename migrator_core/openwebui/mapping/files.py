"""Files (``open_webui/models/files.py``). Their bytes are the business of ``storage.py``."""

from __future__ import annotations

import hashlib

from migrator_core.openwebui.mapping.context import MappingContext, TableRow
from migrator_core.rows import FileRow


def file_rows(row: FileRow, context: MappingContext) -> list[TableRow]:
    """A file record, once its bytes are stored."""
    if context.path is None:
        raise ValueError("a file row without stored bytes")
    content = row.data.get("content")
    values = {
        "id": row.id,
        "user_id": row.user_id,
        # Of the text, as Open WebUI has it; of a file without one it knows none.
        "hash": hashlib.sha256(content.encode("utf-8", "ignore")).hexdigest() if content else None,
        "filename": row.filename,
        "path": context.path,
        "data": row.data,
        "meta": row.meta,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    return [TableRow("file", values)]

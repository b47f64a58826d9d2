"""LibreChat's file records as Open WebUI's files."""

from __future__ import annotations

import re

from migrator_core.convert.cleaning import clean_json, clean_text, single_line
from migrator_core.convert.dates import row_dates
from migrator_core.convert.files.content_types import safe_content_type
from migrator_core.convert.files.file_names import safe_filename, stored_name
from migrator_core.convert.free_ids import DERIVED, FreeIds
from migrator_core.convert.ids import file_id
from migrator_core.convert.result import Converted, Skipped, notice
from migrator_core.librechat.documents.file import File
from migrator_core.outcome import Reason, WarningCode
from migrator_core.rows import FileRow, JsonDict

_ADDRESS = re.compile(r"\s*([a-z][a-z0-9+.-]*)://([^/?#\s@]*@)?([^/?#\s]*)", re.IGNORECASE)


def skip_reason(file: File) -> Skipped | None:
    """Why the file's bytes cannot be in the backup, None where they should be.

    Only ``local`` files, and old records without a ``source``, have their bytes on LibreChat's own
    disk for sure; of others it sometimes keeps a copy, at the path that the record names (pictures
    and documents of assistants). The detail names the storage; of an address it names scheme and
    host alone, because the rest may be a signed link.
    """
    source = single_line(file.source, limit=50)
    if source and source.lower() != "local":
        return Skipped(Reason.REMOTE_STORAGE, source)
    address = _ADDRESS.match(file.filepath or "")
    if address:
        place = single_line(f"{address[1]}://{address[3]}", limit=200)
        return Skipped(Reason.REMOTE_STORAGE, place)
    return None


def convert_file(
    file: File,
    *,
    owner_id: str,
    size: int,
    sha256: str,
    fallback: int,
    ids: FreeIds = DERIVED,
) -> Converted[FileRow]:
    """The record of a file whose bytes were found.

    Args:
        file: the document; its ``user`` and ``file_id`` make the target id.
        owner_id: the account that receives it.
        size: of the bytes that were found, whatever the document says.
        sha256: of the same bytes, in hex.
        fallback: the run's start in seconds, for dates that are missing.
        ids: those that are free.
    """
    derived = file_id(file.user or "", file.file_id)
    target_id = ids.of("file", derived, owner_id, clean_text(file.file_id))
    filename = safe_filename(file.filename or file.filepath)
    content_type = safe_content_type(file.type)
    dates = row_dates(file.created_at, file.updated_at, file.id, fallback)
    kept = "" if file.text_format == "html" else file.text or ""  # else the file is read
    text = clean_text(kept)
    meta: JsonDict = {
        "name": filename,
        "content_type": content_type,
        "size": size,
        "file_hash": sha256,
        "librechat": {
            "file_id": file.file_id,
            "_id": file.id,
            "created_at": None if file.created_at is None else file.created_at // 1000,
            "context": file.context,
            "embedded": file.embedded,
        },
    }
    row = FileRow(
        id=target_id,
        user_id=owner_id,
        filename=filename,
        stored_name=stored_name(target_id, filename, content_type),
        data={"status": "completed", "content": text} if text else {},
        meta=clean_json(meta),
        created_at=dates.created,
        updated_at=dates.updated,
    )
    if text == kept:
        return Converted(row)
    detail = f"file {filename}: characters that cannot be stored were removed from its text"
    return Converted(row, (notice(WarningCode.TEXT_REPAIRED, detail),))

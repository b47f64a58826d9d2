"""Files that LibreChat has no record of: data inside messages, and pictures of old tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from migrator_core.convert.cleaning import clean_json
from migrator_core.convert.files.content_types import extension_of
from migrator_core.convert.files.file_names import stored_name
from migrator_core.convert.free_ids import DERIVED, FreeIds
from migrator_core.convert.ids import embedded_file_id
from migrator_core.rows import FileRow


@dataclass(frozen=True, slots=True)
class FoundBytes:
    """A file without a record in LibreChat: the SHA-256 of its bytes in hex, and their number."""

    digest: str
    size: int
    content_type: str
    filename: str | None = None


def file_row(
    found: FoundBytes,
    *,
    user: str,
    owner_id: str,
    created_at: int,
    provenance: Mapping[str, str],
    ids: FreeIds = DERIVED,
) -> FileRow:
    """The record that the file gets; the same bytes of the same user are always the same file.

    ``user`` is LibreChat's id, ``created_at`` in seconds, ``provenance`` what
    ``meta.librechat`` tells.
    """
    derived = embedded_file_id(user, found.digest)
    target_id = ids.of("file", derived, owner_id)
    kind = found.content_type.partition("/")[0]
    stem = kind if kind in {"image", "audio", "video"} else "file"
    name = found.filename or f"{stem}-{found.digest[:8]}{extension_of(found.content_type)}"
    return FileRow(
        id=target_id,
        user_id=owner_id,
        filename=name,
        stored_name=stored_name(target_id, name, found.content_type),
        data={},
        meta=clean_json(
            {
                "name": name,
                "content_type": found.content_type,
                "size": found.size,
                "file_hash": found.digest,
                "librechat": dict(provenance),
            }
        ),
        created_at=created_at,
        updated_at=created_at,
    )

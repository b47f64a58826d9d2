"""Files in the backup that messages show and LibreChat has no record of.

The image tools of LibreChat before 0.8 saved pictures to ``/images/<user>/`` and left nothing but
a link in the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedReader

from migrator_core.convert.files.content_types import content_type_of
from migrator_core.convert.files.file_link import FileLink, file_link
from migrator_core.convert.files.file_names import safe_filename
from migrator_core.convert.files.unrecorded_files import FoundBytes, file_row
from migrator_core.librechat import Backup, Blob, BlobError
from migrator_core.rows import FileRow
from migrator_core.runs.results import Files


@dataclass(frozen=True, slots=True)
class Stray:
    """Bytes in the backup, and the record they are to get."""

    row: FileRow
    blob: Blob


@dataclass(frozen=True, slots=True)
class Paths:
    """Where paths lead: ``links`` by path, and the files to store first by their target id."""

    links: Mapping[str, FileLink]
    strays: Mapping[str, Stray]


def find_paths(
    backup: Backup,
    files: Files,
    paths: set[str],
    *,
    user: str,
    owner: str,
    created_at: int,
    provenance: Mapping[str, str],
) -> Paths:
    """Look up a user's own paths, first among the migrated files.

    A path whose file has a record and was not migrated leads nowhere: there was a reason.
    ``created_at`` is in seconds.
    """
    known = files.links_by_path(user, paths)
    links = {path: link for path, link in known.items() if link is not None}
    strays: dict[str, Stray] = {}
    for path in sorted(paths - known.keys()):
        try:
            blob = backup.blobs.find(path, user=user)
            if blob.size == 0:
                continue
            with blob.open() as content:
                digest, size = digest_of(content)
        except (BlobError, OSError):
            continue
        name = safe_filename(blob.name)
        row = file_row(
            FoundBytes(digest, size, content_type_of(name), name),
            user=user,
            owner_id=owner,
            created_at=created_at,
            provenance={**provenance, "filepath": path},
            ids=files.ids,
        )
        links[path] = file_link(row)
        strays[row.id] = Stray(row, blob)
    return Paths(links, strays)


def digest_of(content: BufferedReader) -> tuple[str, int]:
    """SHA-256 in hex and the number of bytes of a file that is open at its beginning."""
    return hashlib.file_digest(content, "sha256").hexdigest(), content.tell()

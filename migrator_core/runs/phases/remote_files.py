"""Files whose bytes LibreChat kept in a cloud storage: fetched where the operator named it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from migrator_core.item import Reading
from migrator_core.librechat import (
    Backup,
    Blob,
    BlobError,
    Fetched,
    ObjectError,
    RemoteBlob,
    keys_of,
    kind_of_source,
    local_paths,
)
from migrator_core.librechat.documents.file import File
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.runs.steps import Fetch, Write

Arriving: TypeAlias = Callable[[int, str], Write]
"""The step for a file of so many bytes and this SHA-256."""

_WEIGHT: Final = 40_000
"""Of one file in a portion: some twenty are on their way at once, or wait for their turn."""
_BYTES_PER_WEIGHT: Final = 400
"""A portion's files take some 300 MB of the work directory, or are a single one."""

_LOST: Final = {
    "missing": (State.SKIPPED, Reason.REMOTE_MISSING),
    "denied": (State.FAILED, Reason.REMOTE_DENIED),
    "large": (State.SKIPPED, Reason.REMOTE_TOO_LARGE),
    "failed": (State.FAILED, Reason.REMOTE_FAILED),
}


def copy_of(backup: Backup, file: File) -> Blob | None:
    """The file in a copy of the storage that lies beside the backup as LibreChat's own folders."""
    if kind_of_source(file.source) is None:
        return None
    try:
        keys = keys_of(file.filepath, file.storage_key, file.user)
    except BlobError:
        return None
    for path in local_paths(keys):
        try:
            return backup.blobs.find(path, user=file.user, file_id=file.file_id)
        except BlobError:
            continue
    return None


def fetch_step(file: File, blob: RemoteBlob, arriving: Arriving, text: Write | None) -> Fetch:
    """The step that fetches a file; where it cannot be had, ``text`` is what LibreChat kept of it.

    Of a preview, which only asks how large it is, the text is not read.
    """
    said = max(file.bytes or 0, 0)

    def made(fetched: Fetched) -> Write | Outcome:
        if fetched.size == 0:
            return _outcome(file, State.SKIPPED, Reason.EMPTY_FILE, file.filename, 0)
        write = replace(arriving(fetched.size, fetched.sha256), open_blob=fetched.open)
        if fetched.sha256:
            return write
        return replace(write, item=replace(write.item, reads=Reading.NOTHING))

    def lost(error: ObjectError) -> Write | Outcome:
        if text is not None:
            return text
        state, reason = _LOST[error.kind]
        return _outcome(file, state, reason, str(error), error.size or said)

    weight = max(_WEIGHT, min(said, blob.limits.size) // _BYTES_PER_WEIGHT)
    return Fetch(replace(arriving(said, ""), notices=()), blob, made, lost, weight)


def _outcome(file: File, state: State, reason: Reason, detail: str | None, size: int) -> Outcome:
    return Outcome("files", file.file_id, state, None, reason, detail, size)

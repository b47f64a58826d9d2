"""Reading LibreChat: what kind of backup a path holds, its documents, and the bytes of its files.

Knows nothing of Open WebUI. A backup is never modified, and treated as hostile.
"""

from migrator_core.source.backup import Backup, open_backup
from migrator_core.source.blobs import Blob, BlobError, BlobStore
from migrator_core.source.candidates import BackupKind
from migrator_core.source.conversations import MessageIndex
from migrator_core.source.documents import Document
from migrator_core.source.limits import Limits
from migrator_core.source.refusals import check_exists

__all__ = [
    "Backup",
    "BackupKind",
    "Blob",
    "BlobError",
    "BlobStore",
    "Document",
    "Limits",
    "MessageIndex",
    "check_exists",
    "open_backup",
]

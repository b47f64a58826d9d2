"""Reading LibreChat: what kind of backup a path holds, its documents, and the bytes of its files.

Knows nothing of Open WebUI. A backup is never modified, and treated as hostile.
"""

from migrator_core.librechat.backup import Backup, open_backup
from migrator_core.librechat.blobs import Blob, BlobError, BlobStore
from migrator_core.librechat.collection import Document
from migrator_core.librechat.indexed_messages import StoredMessage, Unowned
from migrator_core.librechat.limits import Limits
from migrator_core.librechat.message_index import MessageIndex
from migrator_core.librechat.object_stores import (
    Fetched,
    ObjectError,
    ObjectStores,
    RemoteBlob,
    StoreUnusableError,
    keys_of,
    kind_of_source,
    local_paths,
)
from migrator_core.librechat.recognise.candidates import BackupKind
from migrator_core.librechat.recognise.refusals import check_exists

__all__ = [
    "Backup",
    "BackupKind",
    "Blob",
    "BlobError",
    "BlobStore",
    "Document",
    "Fetched",
    "Limits",
    "MessageIndex",
    "ObjectError",
    "ObjectStores",
    "RemoteBlob",
    "StoreUnusableError",
    "StoredMessage",
    "Unowned",
    "check_exists",
    "keys_of",
    "kind_of_source",
    "local_paths",
    "open_backup",
]

"""Files of LibreChat whose bytes lie in a cloud storage: what they are called there, and the bytes.

What a record says is only ever a name inside the one bucket or container that the operator chose,
and only below a folder of the record's own user.
"""

from migrator_core.librechat.object_stores.keys import keys_of, local_paths
from migrator_core.librechat.object_stores.remote_blob import Fetched, RemoteBlob
from migrator_core.librechat.object_stores.store import ObjectError, StoreUnusableError
from migrator_core.librechat.object_stores.stores import ObjectStores, kind_of_source

__all__ = [
    "Fetched",
    "ObjectError",
    "ObjectStores",
    "RemoteBlob",
    "StoreUnusableError",
    "keys_of",
    "kind_of_source",
    "local_paths",
]

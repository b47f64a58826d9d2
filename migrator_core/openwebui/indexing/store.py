"""Open WebUI's vector database, through its own client: vectors that are to go."""

from __future__ import annotations

import asyncio
import importlib
import logging
from dataclasses import dataclass
from typing import Any

from migrator_core.openwebui.indexing.server import app_around_us

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Traces:
    """Where vectors are: a collection, or (``file_id``) those of one file in it."""

    collection: str
    file_id: str | None
    kind: str
    noted: tuple[str, ...]
    """The ids of the ledger's entries about them."""


def is_in_reach() -> bool:
    """Whether this process may open the vector database.

    One that lies in files (Chroma and Milvus, as they come) belongs to the server's process: a
    second one that writes there may damage it, and the server would not notice what is gone.
    """
    if app_around_us() is not None:
        return True
    config = importlib.import_module("open_webui.config")
    kind = getattr(config, "VECTOR_DB", "chroma")
    if kind == "chroma":
        return bool(getattr(config, "CHROMA_HTTP_HOST", ""))
    return kind != "milvus" or "://" in getattr(config, "MILVUS_URI", "")


async def remove(traces: Traces) -> bool:
    """Remove vectors; False, and a line in the log, where they stay."""
    return await asyncio.to_thread(_remove, traces)


def _remove(traces: Traces) -> bool:
    name = traces.collection
    try:
        client = _client()
        if not client.has_collection(collection_name=name):
            return True
        if traces.file_id is None:
            client.delete_collection(collection_name=name)
        else:
            client.delete(collection_name=name, filter={"file_id": traces.file_id})
    except Exception as error:  # noqa: BLE001 - any of a dozen vector databases
        _LOG.warning("The vectors in %s were not removed: %s", name, error)
        return False
    return True


def _client() -> Any:  # noqa: ANN401 - a class of Open WebUI's
    factory = importlib.import_module("open_webui.retrieval.vector.factory")
    connect = getattr(factory, "get_vector_db_client", None)  # since 0.11
    return factory.VECTOR_DB_CLIENT if connect is None else connect()

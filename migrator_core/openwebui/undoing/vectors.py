"""Vectors of what an undo takes away: they go with it, through Open WebUI's own client."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.ledger.ledger import Ledger

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Traces:
    """Where vectors of ours are: a collection, or (``file_id``) those of one file in it."""

    collection: str
    file_id: str | None
    kind: str
    pattern: str
    """Of the ids of the ledger's entries about them."""


class Vectors:
    """What of the vector database goes with things that are taken away."""

    def __init__(self, target: OpenWebUI, ledger: Ledger) -> None:
        self._target = target
        self._ledger = ledger

    async def of(self, kind: str, keys: Sequence[str]) -> dict[str, list[Traces]]:
        """Where the vectors of these are, by their keys. Asked before they go."""
        if kind == "knowledge":
            pairs = await self._ledger.indexed("knowledge_file", [f"{key}/%" for key in keys])
            gone = {pair.partition("/")[0] for pair in pairs}
            return {key: [Traces(key, None, "knowledge_file", f"{key}/%")] for key in gone}
        found: dict[str, list[Traces]] = {}
        for key in await self._files(keys) if kind == "file" else ():
            pairs = await self._ledger.indexed("knowledge_file", [f"%/{key}"])
            found[key] = [
                Traces(f"file-{key}", None, "file", key),
                *(Traces(pair.partition("/")[0], key, "knowledge_file", pair) for pair in pairs),
            ]
        return found

    async def _files(self, keys: Sequence[str]) -> list[str]:
        """Those that have vectors: their records name the collection that got some last."""
        table = self._target.schema.table("file")
        query = sa.select(table.c.id, table.c.meta).where(table.c.id.in_(keys))
        rows = await self._target.database.rows(query) if keys else []
        return [
            row.id for row in rows if isinstance(row.meta, dict) and row.meta.get("collection_name")
        ]

    async def forget(self, traces: Iterable[Traces]) -> None:
        """Remove them. What stays is said in the log: nothing leads to it any more."""
        for one in traces:
            if await asyncio.to_thread(_remove, one):
                await self._ledger.forget_indexed(one.kind, one.pattern)


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

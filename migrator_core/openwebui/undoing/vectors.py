"""Vectors of what an undo takes away: they go with it, through Open WebUI's own client."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.text import text_digest
from migrator_core.openwebui.indexing import store
from migrator_core.openwebui.indexing.pending import FILE, MEMBER
from migrator_core.openwebui.indexing.store import Traces
from migrator_core.openwebui.ledger.ledger import Ledger
from migrator_core.openwebui.undoing.restoring import WayBack


class Vectors:
    """What of the vector database goes with things that are taken away."""

    def __init__(self, target: OpenWebUI, ledger: Ledger) -> None:
        self._target = target
        self._ledger = ledger
        self.left: set[str] = set()
        """The collections in which vectors stay that were to go."""
        self._files: dict[str, str] | None = None
        self._of_knowledge: defaultdict[str, list[str]] = defaultdict(list)
        self._of_file: defaultdict[str, list[str]] = defaultdict(list)

    async def of_removed(self, kind: str, keys: Sequence[str]) -> dict[str, list[Traces]]:
        """Where the vectors of these are, by their keys. Asked before they go.

        Nobody else's can be among them: a knowledge base to which people have added files stays.
        """
        if kind not in {"knowledge", FILE}:
            return {}
        indexed = await self._indexed()
        if kind == "knowledge":
            known = [key for key in keys if key in self._of_knowledge]
            return {
                key: [Traces(key, None, MEMBER, tuple(self._of_knowledge[key]))] for key in known
            }
        known = [*await self._searched(keys), *(key for key in keys if key in indexed)]
        return {key: self._all_of(key) for key in known}

    async def of_restored(self, key: str, way: WayBack) -> list[Traces]:
        """Where the vectors are that a thing had not before a run; whatever else it has stays.

        People may have added to a knowledge base since, and had a file indexed of which a run
        changed only the name.
        """
        found: list[Traces] = []
        for place, before in way.before.items():
            table, now = place[0], way.now[place] or {}
            if table == MEMBER and before is None and now:
                await self._indexed()
                pair = f"{now['knowledge_id']}/{now['file_id']}"
                if pair in self._of_file[now["file_id"]]:
                    found.append(_member(pair))
            elif table == FILE and before is not None and before.get("data") != now.get("data"):
                made_of = (await self._indexed()).get(key)
                if made_of is not None and made_of != text_digest(before.get("data")):
                    found += self._all_of(key)
        return found

    def _all_of(self, file_id: str) -> list[Traces]:
        own = Traces(f"file-{file_id}", None, FILE, (file_id,))
        return [own, *map(_member, self._of_file.get(file_id, ()))]

    async def _indexed(self) -> dict[str, str]:
        """The files that the ledger knows to have vectors; asked once, with their collections."""
        if self._files is None:
            self._files = await self._ledger.indexed(FILE)
            for pair in await self._ledger.indexed(MEMBER):
                knowledge, _, file_id = pair.partition("/")
                self._of_knowledge[knowledge].append(pair)
                self._of_file[file_id].append(pair)
        return self._files

    async def _searched(self, keys: Sequence[str]) -> list[str]:
        """Those that Open WebUI itself has made vectors of, as their records say."""
        table = self._target.schema.table(FILE)
        query = sa.select(table.c.id, table.c.meta).where(table.c.id.in_(keys))
        rows = await self._target.database.rows(query) if keys else []
        return [
            row.id for row in rows if isinstance(row.meta, dict) and row.meta.get("collection_name")
        ]

    async def forget(self, traces: Iterable[Traces]) -> None:
        """Remove them; what stays is noted still, so that a later run finds it."""
        for one in traces:
            if store.is_in_reach() and await store.remove(one):
                await self._ledger.forget_indexed(one.kind, one.noted)
            else:
                self.left.add(one.collection)


def _member(pair: str) -> Traces:
    knowledge, _, file_id = pair.partition("/")
    return Traces(knowledge, file_id, MEMBER, (pair,))

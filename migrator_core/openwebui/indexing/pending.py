"""Which documents have a text and no vectors, by the ledger alone: so an index can be continued."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.catching_up.changes import begin
from migrator_core.openwebui.contents.text import TEXT, text_digest
from migrator_core.openwebui.database.parameters import in_portions
from migrator_core.openwebui.indexing.store import Traces
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.ledger.records import EntryState, LedgerValues, entry, entry_of_notice
from migrator_core.outcome import Notice

FILE = "file"
MEMBER = "knowledge_file"
"""The kinds of what has vectors: a file of its own, and a file in a collection."""

_FAILED = "vectors of "
"""Before these kinds, in warnings about what could not be indexed."""

_MADE = (EntryState.MIGRATED.value, EntryState.BROUGHT.value)


@dataclass(frozen=True, slots=True)
class Document:
    """A file of ours with its text as it is stored; ``digest`` is that of the text."""

    id: str
    name: str
    text: str
    digest: str
    hash: str | None
    collection: object = None
    """The one that its vectors were put into last, as its record says."""

    @property
    def indexed(self) -> LedgerValues:
        """What the ledger is to know once it has vectors."""
        return _indexed(FILE, self.id, self.id, self.digest)

    def failed(self, notice: Notice) -> LedgerValues:
        """What the ledger is to know where it got none."""
        return _failed(FILE, self.id, notice)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a collection of ours; ``anew``: the collection has vectors of an earlier text."""

    knowledge_id: str
    file_id: str
    digest: str
    anew: bool = False

    @property
    def key(self) -> str:
        """Its id in the ledger."""
        return f"{self.knowledge_id}/{self.file_id}"

    @property
    def indexed(self) -> LedgerValues:
        """What the ledger is to know once the collection has its vectors."""
        return _indexed(MEMBER, self.key, self.file_id, self.digest)

    def failed(self, notice: Notice) -> LedgerValues:
        """What the ledger is to know where the collection got none."""
        return _failed(MEMBER, self.key, notice)


def _indexed(kind: str, key: str, file_id: str, digest: str) -> LedgerValues:
    return entry(
        "files", file_id, EntryState.INDEXED.value,
        target_kind=kind, target_id=key, proof=digest, detail=str(int(time.time())),
    )  # fmt: skip


def _failed(kind: str, key: str, notice: Notice) -> LedgerValues:
    return {**entry_of_notice(notice), "target_kind": _FAILED + kind, "target_id": key}


class Pending(LedgerReader):
    """The ledger, asked for documents."""

    async def files(self, only: set[str] | None = None) -> list[str]:
        """The ids of files that have a text of ours and no vectors of it.

        Of all, or ``only`` of these. What failed most often comes last, so that it is in nobody's
        way.
        """
        done = await self.indexed(FILE)
        made = [key for key in await self._made("file") if only is None or key in only]
        found: list[str] = []
        for some in in_portions(made):
            written = await self.written("file", some)
            for key in some:
                text = (written.get(key) or {}).get(TEXT)
                if text is not None and done.get(key) != text:
                    found.append(key)
        failures = await self._failures(FILE)
        return sorted(found, key=lambda key: failures[key])

    async def touched(self, run_id: str) -> set[str]:
        """The files that a run went through, whatever became of them."""
        if not await self.exists():
            return set()
        item = self._tables.item
        query = sa.select(item.c.target_id).where(
            item.c.run_id == run_id, item.c.target_kind == FILE, item.c.target_id.is_not(None)
        )
        return {row[0] for row in await self._database.rows(query.distinct())}

    async def document(self, file_id: str) -> Document | None:
        """A file that is there as a run left it; None where somebody changed its text since."""
        file = self._target.schema.table("file")
        column = file.c.hash if "hash" in file.c else sa.null()
        query = sa.select(file.c.filename, file.c.data, column, file.c.meta)
        rows = await self._database.rows(query.where(file.c.id == file_id))
        written = (await self.written("file", [file_id])).get(file_id) or {}
        if not rows or text_digest(rows[0].data) != written.get(TEXT):
            return None
        name, data, hashed, meta = rows[0]
        collection = meta.get("collection_name") if isinstance(meta, dict) else None
        return Document(file_id, name, data["content"], written[TEXT], hashed, collection)

    async def members(self, only: set[str] | None = None) -> list[Member]:
        """Files with vectors in collections of ours that do not have them; see :meth:`files`."""
        own = await self.indexed(FILE)
        done = await self.indexed(MEMBER)
        made = await self._made("knowledge")
        if not made or not own:
            return []
        found: list[Member] = []
        for knowledge, file_id in await self._pairs(made):
            text = own.get(file_id)
            had = done.get(f"{knowledge}/{file_id}")
            if text is not None and had != text and (only is None or file_id in only):
                found.append(Member(knowledge, file_id, text, anew=had is not None))
        failures = await self._failures(MEMBER)
        return sorted(found, key=lambda member: failures[member.key])

    async def left(self) -> list[Traces]:
        """Vectors of files that were taken out of a collection since, or that are gone."""
        own, done = await self.indexed(FILE), await self.indexed(MEMBER)
        there = await self._there(list(own))
        found = [Traces(f"file-{key}", None, FILE, (key,)) for key in own if key not in there]
        collections = sorted({pair.partition("/")[0] for pair in done})
        members = {f"{one}/{other}" for one, other in await self._pairs(collections)}
        for pair in done:
            if pair not in members:
                knowledge, _, file_id = pair.partition("/")
                found.append(Traces(knowledge, file_id, MEMBER, (pair,)))
        return found

    async def heal(self, document: Document) -> None:
        """What Open WebUI notes in a record whose indexing failed goes: its text can be read.

        What somebody, or the server after all, has made of it meanwhile stays.
        """
        file = self._target.schema.table("file")

        async def change(connection: AsyncConnection) -> None:
            await begin(connection)
            query = sa.select(file).where(file.c.id == document.id).with_for_update()
            now = (await connection.execute(query)).mappings().first()
            if now is None or text_digest(now["data"]) != document.digest:
                return
            if now["data"].get("status") != "failed":
                return
            data = {name: value for name, value in now["data"].items() if name != "error"}
            values: dict[str, object] = {"data": {**data, "status": "completed"}}
            if "hash" in file.c and now["hash"] is None:
                values["hash"] = document.hash
            await connection.execute(sa.update(file).where(file.c.id == document.id).values(values))

        await self._database.write(change)

    async def own_again(self, file_id: str, knowledge_id: str) -> None:
        """A record whose vectors were put into a collection names that no longer.

        Open WebUI 0.10 lets everybody read a file who may read the collection that it names.
        """
        file = self._target.schema.table("file")

        async def change(connection: AsyncConnection) -> None:
            await begin(connection)
            query = sa.select(file.c.meta).where(file.c.id == file_id).with_for_update()
            meta = (await connection.execute(query)).scalar()
            if isinstance(meta, dict) and meta.get("collection_name") == knowledge_id:
                values = {"meta": {**meta, "collection_name": f"file-{file_id}"}}
                await connection.execute(sa.update(file).where(file.c.id == file_id).values(values))

        await self._database.write(change)

    async def _pairs(self, knowledge: Sequence[str]) -> list[tuple[str, str]]:
        """The files in these collections."""
        found: list[tuple[str, str]] = []
        if "knowledge_file" not in self._target.schema.tables:
            return found
        table = self._target.schema.table("knowledge_file")
        query = sa.select(table.c.knowledge_id, table.c.file_id)
        for some in in_portions(knowledge):
            rows = await self._database.rows(query.where(table.c.knowledge_id.in_(some)))
            found += [(row[0], row[1]) for row in rows]
        return found

    async def _there(self, files: Sequence[str]) -> set[str]:
        file = self._target.schema.table("file")
        found: set[str] = set()
        for some in in_portions(files):
            rows = await self._database.rows(sa.select(file.c.id).where(file.c.id.in_(some)))
            found.update(row[0] for row in rows)
        return found

    async def _made(self, kind: str) -> Sequence[str]:
        if not await self.exists():
            return []
        item = self._tables.item
        query = sa.select(item.c.target_id).where(
            item.c.target_kind == kind, item.c.state.in_(_MADE), item.c.target_id.is_not(None)
        )
        return [row[0] for row in await self._database.rows(query.distinct())]

    async def _failures(self, kind: str) -> Counter[str]:
        """How often each of these could not be indexed."""
        if not await self.exists():
            return Counter()
        item = self._tables.item
        query = sa.select(item.c.target_id).where(item.c.target_kind == _FAILED + kind)
        return Counter(row[0] for row in await self._database.rows(query))

"""Which documents have a text and no vectors, by the ledger alone: so an index can be continued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from migrator_core.openwebui.contents.text import TEXT, text_digest
from migrator_core.openwebui.database.parameters import in_portions
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.ledger.records import EntryState, LedgerValues, entry

FILE = "file"
MEMBER = "knowledge_file"
"""The kinds of what has vectors: a file of its own, and a file in a collection."""

_MADE = (EntryState.MIGRATED.value, EntryState.BROUGHT.value)


@dataclass(frozen=True, slots=True)
class Document:
    """A file of ours with its text as it is stored; ``digest`` is that of the text."""

    id: str
    name: str
    text: str
    digest: str
    data: Mapping[str, object]
    hash: str | None

    @property
    def indexed(self) -> LedgerValues:
        """What the ledger is to know once it has vectors."""
        return entry(
            "files", self.id, EntryState.INDEXED.value,
            target_kind=FILE, target_id=self.id, proof=self.digest,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a collection of ours."""

    knowledge_id: str
    file_id: str
    digest: str

    @property
    def indexed(self) -> LedgerValues:
        """What the ledger is to know once the collection has its vectors."""
        key = f"{self.knowledge_id}/{self.file_id}"
        return entry(
            "files", self.file_id, EntryState.INDEXED.value,
            target_kind=MEMBER, target_id=key, proof=self.digest,
        )  # fmt: skip


class Pending(LedgerReader):
    """The ledger, asked for documents."""

    async def files(self) -> list[str]:
        """The ids of files that have a text of ours and no vectors of it."""
        done = await self.indexed(FILE)
        made = await self._made("file")
        found: list[str] = []
        for some in in_portions(made):
            written = await self.written("file", some)
            for key in some:
                text = (written.get(key) or {}).get(TEXT)
                if text is not None and done.get(key) != text:
                    found.append(key)
        return found

    async def document(self, file_id: str) -> Document | None:
        """A file that is there as a run left it; None where somebody changed its text since."""
        file = self._target.schema.table("file")
        query = sa.select(file.c.filename, file.c.data, file.c.hash).where(file.c.id == file_id)
        rows = await self._database.rows(query)
        written = (await self.written("file", [file_id])).get(file_id) or {}
        if not rows or text_digest(rows[0].data) != written.get(TEXT):
            return None
        name, data, hashed = rows[0]
        return Document(file_id, name, data["content"], written[TEXT], data, hashed)

    async def members(self) -> list[Member]:
        """Files with vectors in collections of ours that do not have them."""
        own = await self.indexed(FILE)
        done = await self.indexed(MEMBER)
        made = await self._made("knowledge")
        if "knowledge_file" not in self._target.schema.tables or not made or not own:
            return []
        table = self._target.schema.table("knowledge_file")
        found: list[Member] = []
        for some in in_portions(made):
            query = sa.select(table.c.knowledge_id, table.c.file_id)
            for knowledge, file_id in await self._database.rows(
                query.where(table.c.knowledge_id.in_(some))
            ):
                text = own.get(file_id)
                if text is not None and done.get(f"{knowledge}/{file_id}") != text:
                    found.append(Member(knowledge, file_id, text))
        return found

    async def put_back(self, document: Document) -> None:
        """What Open WebUI notes in a record whose indexing failed goes: its text can be read."""
        file = self._target.schema.table("file")
        values = {"data": dict(document.data), "hash": document.hash}
        statement = sa.update(file).where(file.c.id == document.id).values(values)
        await self._database.write(lambda connection: connection.execute(statement))

    async def _made(self, kind: str) -> Sequence[str]:
        if not await self.exists():
            return []
        item = self._tables.item
        query = sa.select(item.c.target_id).where(
            item.c.target_kind == kind, item.c.state.in_(_MADE), item.c.target_id.is_not(None)
        )
        return [row[0] for row in await self._database.rows(query.distinct())]

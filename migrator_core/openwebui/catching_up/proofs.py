"""Proofs that a chat, as it is stored, is what a document says: what still holds of them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.database.parameters import askable, in_portions
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.ledger.records import EntryState
from migrator_core.openwebui.schema import Schema

_PAGE = 25
_KIND = "chat"
_UNREAD = frozenset({"last_read_at"})
"""Columns that no run looks at in a chat that is there: opening a chat changes nothing of it."""


class Stored(NamedTuple):
    """A chat of ours as it is stored now, and the source that it is proven to be, if it is."""

    target_id: str
    stored: str
    source: str | None


class Proofs(LedgerReader):
    """The ledger, asked for chats."""

    async def chats(self) -> AsyncIterator[list[Stored]]:
        """Page by page; a chat may come more than once."""
        if not await self.exists():
            return
        item = self._tables.item
        noted = "proof" in self._columns[item.name]
        proof = item.c.proof if noted else sa.null().label("proof")
        made = item.c.state == EntryState.MIGRATED.value
        query = (
            sa.select(item.c.id, item.c.target_id, proof)
            .where(
                item.c.target_kind == _KIND,
                item.c.state != EntryState.UNDONE.value,
                sa.or_(made, item.c.proof.is_not(None)) if noted else made,
            )
            .order_by(item.c.id)
            .limit(_PAGE)
        )
        last = 0
        while rows := await self._database.rows(query.where(item.c.id > last)):
            last = rows[-1].id
            keys = list({row.target_id for row in rows if row.target_id})
            there = await self._database.read(
                partial(stored_digests, keys=keys, schema=self._target.schema)
            )
            yield [
                Stored(row.target_id, there[row.target_id], _held(row.proof, there[row.target_id]))
                for row in rows
                if row.target_id in there
            ]


def proof_of(source: str, stored: str) -> str:
    """What the ledger keeps of a source and a row that are the same."""
    return f"{source}/{stored}"


def _held(proof: str | None, stored: str) -> str | None:
    source, _, proven = (proof or "").partition("/")
    return source if source and proven == stored else None


async def stored_digests(
    connection: AsyncConnection, keys: Sequence[str], schema: Schema
) -> dict[str, str]:
    """A digest of each of these chats, of every column as the database gives it."""
    table = schema.table(_KIND)
    asked = _sum_of_text if connection.dialect.name == "postgresql" else _text_of_document
    columns = [asked(column) for column in table.c if column.name not in _UNREAD]
    found: dict[str, str] = {}
    for some in in_portions(askable(keys)):
        query = sa.select(table.c.id, *(c.label(f"c{i}") for i, c in enumerate(columns)))
        for row in await connection.execute(query.where(table.c.id.in_(some))):
            digest = hashlib.blake2b(digest_size=16)
            for value in row[1:]:
                content = b"" if value is None else str(value).encode("utf-8", "surrogatepass")
                digest.update(b"-" if value is None else b"%d:" % len(content))
                digest.update(content)
            found[row.id] = digest.hexdigest()
    return found


def _text_of_document(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """A JSON column as the text that is stored."""
    return sa.cast(sa.type_coerce(column, sa.Text), sa.Text) if _is_document(column) else column


def _sum_of_text(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """PostgreSQL adds up its texts itself: a chat need not come over the line to be the same."""
    short = isinstance(column.type, sa.Integer | sa.Boolean)
    return column if short else sa.func.md5(sa.cast(column, sa.Text))


def _is_document(column: sa.Column[Any]) -> bool:
    return not isinstance(column.type, sa.String | sa.Integer | sa.Boolean)

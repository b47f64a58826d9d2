"""What the ledger remembers of items: who made them, when, and out of what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.chat import MESSAGE
from migrator_core.openwebui.database.parameters import askable, in_portions
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.ledger.records import EntryState
from migrator_core.outcome import RunState
from migrator_core.verification import Difference

_MADE = (EntryState.MIGRATED.value, EntryState.BROUGHT.value)
_LEFT_OUT = (EntryState.SKIPPED.value, EntryState.FAILED.value)
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Remembered:
    """One item in the ledger.

    ``made`` says that a run of ours wrote it; then ``since`` is when the first one began that did
    (seconds), and ``fingerprint`` what was written last. Otherwise ``state`` and ``reason`` are
    what the last run said of it.
    """

    state: str
    reason: str | None = None
    detail: str | None = None
    made: bool = False
    since: int | None = None
    fingerprint: str | None = None

    @property
    def left_out(self) -> bool:
        """Whether a run said that it was not migrated."""
        return not self.made and self.state in _LEFT_OUT


@dataclass(frozen=True, slots=True)
class Made:
    """A row that a run made; ``number`` counts the ledger's entries."""

    number: int
    collection: str
    source_id: str
    kind: str
    target_id: str


class Memory(LedgerReader):
    """The ledger, asked by what is compared. Without a ledger it remembers nothing."""

    def __init__(self, target: OpenWebUI) -> None:
        """The ledger in this Open WebUI's database."""
        super().__init__(target)
        self._starts: Mapping[str, int] | None = None
        self._indexed_at: Mapping[str, int] | None = None

    async def last_start(self) -> int | None:
        """When the newest run began that has not been taken back, in seconds."""
        starts = [
            run.started_at
            for run in await self.runs()
            if run.state is not RunState.UNDONE and run.undoes is None
        ]
        return max(starts, default=None)

    async def of(self, kind: str, keys: Sequence[str]) -> dict[str, Remembered]:
        """What is known of these items of a kind, by their key."""
        if not await self.exists():
            return {}
        if self._starts is None:
            self._starts = {run.id: run.started_at for run in await self.runs()}
        item = self._tables.item
        query = sa.select(
            item.c.target_id, item.c.run_id, item.c.state, item.c.reason, item.c.detail,
            item.c.fingerprint,
        ).where(item.c.target_kind == kind).order_by(item.c.id)  # fmt: skip

        async def ask(connection: AsyncConnection) -> list[sa.Row[Any]]:
            found: list[sa.Row[Any]] = []
            for some in in_portions(askable(keys)):
                found += await connection.execute(query.where(item.c.target_id.in_(some)))
            return found

        remembered: dict[str, Remembered] = {}
        for row in await self._database.read(ask):
            before = remembered.get(row.target_id)
            if row.state == EntryState.UNDONE.value:
                continue
            if row.state in _MADE or row.fingerprint is not None:
                # People may have changed it before a later run brought it up to date.
                began = self._starts.get(row.run_id)
                since = before.since if before is not None and before.made else began
                remembered[row.target_id] = Remembered(
                    row.state, made=True, since=since, fingerprint=row.fingerprint
                )
            elif before is not None and before.made:
                if row.reason == Difference.CHANGED_IN_OPEN_WEBUI.value:
                    # A later run kept somebody's change: what it left there, no entry says.
                    remembered[row.target_id] = replace(before, fingerprint=None)
            else:
                remembered[row.target_id] = Remembered(row.state, row.reason, row.detail)
        return remembered

    async def brought(self, messages: Mapping[str, Iterable[str]]) -> frozenset[tuple[str, str]]:
        """Which of these messages, by their chat, a run has written."""
        written = await self.written("chat", [chat for chat, some in messages.items() if some])
        return frozenset(
            (chat, message)
            for chat, digests in written.items()
            for message in messages[chat]
            if MESSAGE + message in (digests or {})
        )

    async def indexed_at(self) -> Mapping[str, int]:
        """When a run last had each file indexed (seconds), which Open WebUI notes as a change."""
        if self._indexed_at is None:
            item = self._tables.item
            query = sa.select(item.c.source_id, item.c.detail).where(
                item.c.state == EntryState.INDEXED.value
            )
            found: dict[str, int] = {}
            for file_id, when in await self._database.rows(query) if await self.exists() else ():
                if when and when.isdecimal():
                    found[file_id] = max(int(when), found.get(file_id, 0))
            self._indexed_at = found
        return self._indexed_at

    async def passwords_given(self, account_id: str) -> bool:
        """Whether a run gave an account that existed its password from LibreChat."""
        if not await self.exists():
            return False
        item = self._tables.item
        query = sa.select(item.c.id).where(
            item.c.target_kind == "user",
            item.c.target_id == account_id,
            item.c.state == EntryState.REPLACED.value,
        )
        return bool(await self._database.rows(query.limit(1)))

    async def made_by_runs(self) -> AsyncIterator[list[Made]]:
        """Everything that runs made and that was not taken back, page by page."""
        if not await self.exists():
            return
        item = self._tables.item
        columns = (item.c.id, item.c.collection, item.c.source_id, item.c.target_kind)
        query = (
            sa.select(*columns, item.c.target_id)
            .where(item.c.state.in_(_MADE))
            .order_by(item.c.id)
            .limit(_PAGE)
        )
        last = 0
        while rows := await self._database.rows(query.where(item.c.id > last)):
            last = rows[-1].id
            yield [Made(*row) for row in rows if row.target_kind and row.target_id]

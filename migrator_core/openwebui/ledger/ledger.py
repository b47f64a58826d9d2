"""The memory of this tool, in Open WebUI's own database: which runs there were, what each one did.

Everything else derives from it: repeating a run, its report, taking it back.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.connection import OpenWebUI, askable, in_portions
from migrator_core.openwebui.faults import RejectedError, patiently
from migrator_core.openwebui.ledger.definitions import LedgerTables
from migrator_core.openwebui.ledger.entries import (
    EntryState,
    LedgerItem,
    LedgerValues,
    RunRecord,
    dump_json,
    item_of_row,
    owner,
    record_of_row,
    storable,
)
from migrator_core.openwebui.ledger.upgrade import bring_up_to_date, columns_present, is_current
from migrator_core.outcome import RunState
from migrator_core.tally import Counts

_PAGE = 1000


class Ledger:
    """Runs and their items. Reading works without the tables: then nothing ever happened."""

    def __init__(self, target: OpenWebUI) -> None:
        """The ledger in this Open WebUI's database."""
        self._target = target
        self._tables = LedgerTables.define(target.schema.metadata.schema)
        self._columns: Mapping[str, frozenset[str]] = {}

    async def start(
        self,
        *,
        settings: Mapping[str, Any],
        backup_path: str,
        backup_kind: str,
        backup_fingerprint: str,
        tool_version: str,
        run_id: str | None = None,
    ) -> RunRecord:
        """Open a run, creating the ledger's tables where they are missing.

        ``settings`` must be free of secrets.

        Raises:
            CannotStartError: the tables cannot be created.
        """
        await self._prepare_tables()
        now = int(time.time())
        run_id = (
            run_id or f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{uuid.uuid4().hex[:6]}"
        )
        values = {
            "id": run_id,
            "started_at": now,
            "heartbeat_at": now,
            "state": RunState.RUNNING.value,
            "owner": owner(),
            "settings": dump_json(settings),
            "backup_path": storable(backup_path),
            "backup_kind": storable(backup_kind),
            "backup_fingerprint": storable(backup_fingerprint),
            "tool_version": tool_version,
            "open_webui_version": self._target.version,
        }
        await self._execute(sa.insert(self._tables.run), values)
        record = await self.run(run_id)
        if record is None:
            raise CannotStartError("The run could not be recorded in Open WebUI's database.")
        return record

    async def heartbeat(self, run_id: str, progress: Mapping[str, Any]) -> bool:
        """Note that the run is alive and how far it is; whether somebody asked it to stop."""
        await self._update(run_id, heartbeat_at=int(time.time()), progress=dump_json(progress))
        run = self._tables.run
        asked = sa.select(run.c.stop_requested_at).where(run.c.id == run_id)
        async with self._target.read() as connection:
            return (await connection.execute(asked)).scalar() is not None

    async def request_stop(self, run_id: str) -> bool:
        """Ask a run to end between two batches; False where it is not running."""
        run = self._tables.run
        statement = (
            sa.update(run)
            .where(run.c.id == run_id, run.c.state == RunState.RUNNING.value)
            .values(stop_requested_at=int(time.time()))
        )
        return await self.exists() and await self._execute(statement) > 0

    async def finish(
        self,
        run_id: str,
        state: RunState,
        counts: Counts,
        warnings: Mapping[str, int],
    ) -> None:
        """Close a run with its sums: the report's collections, and warnings by code."""
        now = int(time.time())
        await self._update(
            run_id,
            state=state.value,
            finished_at=now,
            heartbeat_at=now,
            counts=dump_json(counts),
            warnings=dump_json(warnings),
        )

    async def mark_interrupted(self) -> int:
        """Close the runs that still count as running. Only for the holder of the lock.

        Returns how many there were.
        """
        if not await self.exists():
            return 0
        run = self._tables.run
        statement = (
            sa.update(run)
            .where(run.c.state == RunState.RUNNING.value)
            .values(state=RunState.INTERRUPTED.value, finished_at=run.c.heartbeat_at)
        )
        return await self._execute(statement)

    async def mark_undone(
        self, run_id: str, numbers: Sequence[int], connection: AsyncConnection
    ) -> None:
        """Note, in the caller's transaction, that these items are taken back."""
        item = self._tables.item
        for some in in_portions(numbers):
            await connection.execute(
                sa.update(item)
                .where(item.c.run_id == run_id, item.c.id.in_(some))
                .values(state=EntryState.UNDONE.value)
            )

    async def runs(self) -> list[RunRecord]:
        """All runs, the newest first."""
        if not await self.exists():
            return []
        run = self._tables.run
        async with self._target.read() as connection:
            rows = await connection.execute(
                self._select_runs().order_by(run.c.started_at.desc(), run.c.id.desc())
            )
            return [record_of_row(row) for row in rows]

    async def run(self, run_id: str) -> RunRecord | None:
        """One run, None when there is no such run."""
        if not await self.exists():
            return None
        run = self._tables.run
        async with self._target.read() as connection:
            row = (await connection.execute(self._select_runs().where(run.c.id == run_id))).first()
        return record_of_row(row) if row else None

    async def items(
        self, run_id: str, *, states: Iterable[str] | None = None, newest_first: bool = False
    ) -> AsyncIterator[LedgerItem]:
        """A run's items in the order they were recorded, or the other way round.

        They come in pages, and no connection is held between two of them.
        """
        if not await self.exists():
            return
        item = self._tables.item
        query = sa.select(item).where(item.c.run_id == run_id).limit(_PAGE)
        query = query.order_by(item.c.id.desc() if newest_first else item.c.id)
        if states is not None:
            query = query.where(item.c.state.in_([str(state) for state in states]))
        last: int | None = None
        while True:
            page = query
            if last is not None:
                page = query.where(item.c.id < last if newest_first else item.c.id > last)
            async with self._target.read() as connection:
                entries = [item_of_row(row) for row in await connection.execute(page)]
            for entry in entries:
                yield entry
            if len(entries) < _PAGE:
                return
            last = entries[-1].number

    async def made(self, kind: str, target_ids: Sequence[str]) -> set[str]:
        """Which of these were created by a run that has not been taken back since."""
        if not target_ids or not await self.exists():
            return set()
        item = self._tables.item
        found: set[str] = set()
        async with self._target.read() as connection:
            for some in in_portions(askable(target_ids)):
                rows = await connection.execute(
                    sa.select(item.c.target_id).where(
                        item.c.target_kind == kind,
                        item.c.target_id.in_(some),
                        item.c.state.in_([EntryState.MIGRATED.value, EntryState.BROUGHT.value]),
                    )
                )
                found.update(target_id for (target_id,) in rows)
        return found

    async def add(self, run_id: str, entries: Sequence[LedgerValues]) -> None:
        """Record entries in a transaction of their own."""

        async def insert() -> None:
            async with self._target.engine.begin() as connection:
                await self.insert(connection, run_id, entries)

        if entries:
            await patiently(insert)

    async def insert(
        self, connection: AsyncConnection, run_id: str, entries: Sequence[LedgerValues]
    ) -> None:
        """Record entries in the caller's transaction."""
        if entries:
            rows = [{**entry, "run_id": run_id} for entry in entries]
            await connection.execute(sa.insert(self._tables.item), rows)

    async def exists(self) -> bool:
        """Whether the ledger's tables are there."""
        return bool(await self._present())

    async def _present(self) -> Mapping[str, frozenset[str]]:
        if not self._columns:
            async with self._target.read() as connection:
                self._columns = await connection.run_sync(columns_present, self._tables)
        return self._columns

    def _select_runs(self) -> sa.Select[Any]:
        """An earlier release of this tool made fewer columns."""
        run = self._tables.run
        return sa.select(*(c for c in run.c if c.name in self._columns[run.name]))

    async def _prepare_tables(self) -> None:
        if is_current(await self._present(), self._tables):
            return

        async def prepare() -> None:
            async with self._target.engine.begin() as connection:
                await connection.run_sync(bring_up_to_date, self._tables)

        try:
            await patiently(prepare)
        except RejectedError as error:
            raise CannotStartError(
                f"The ledger's tables cannot be created in Open WebUI's database: {error}. The "
                "database user needs the right to create tables there."
            ) from error
        self._columns = {}  # look again

    async def _update(self, run_id: str, **values: str | int) -> None:
        run = self._tables.run
        await self._execute(sa.update(run).where(run.c.id == run_id).values(**values))

    async def _execute(
        self, statement: sa.Insert | sa.Update, values: Mapping[str, Any] | None = None
    ) -> int:
        async def execute() -> int:
            async with self._target.engine.begin() as connection:
                return (await connection.execute(statement, values)).rowcount

        return await patiently(execute)

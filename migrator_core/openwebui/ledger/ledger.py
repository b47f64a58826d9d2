"""The memory of this tool, in Open WebUI's own database: which runs there were, what each one did.

Everything else derives from it: repeating a run, its report, taking it back.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.openwebui.database.faults import RejectedError
from migrator_core.openwebui.database.parameters import in_portions
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.ledger.records import (
    BYTES,
    EntryState,
    LedgerValues,
    RunRecord,
    dump_json,
    entry_of_notice,
    owner,
    storable,
)
from migrator_core.openwebui.ledger.upgrade import bring_up_to_date, is_current
from migrator_core.outcome import Notice, RunState
from migrator_core.tally import Counts


class Ledger(LedgerReader):
    """The ledger, read and written."""

    async def start(
        self,
        *,
        settings: Mapping[str, Any],
        backup_path: str,
        backup_kind: str,
        backup_fingerprint: str,
        tool_version: str,
        run_id: str | None = None,
        started: int | None = None,
    ) -> RunRecord:
        """Open a run, creating the ledger's tables where they are missing.

        ``settings`` must be free of secrets. ``started`` is in seconds, now by default: the "now"
        that the run's conversion sees, and a later verification's.

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
            "started_at": now if started is None else started,
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
        self._database.begun = True
        return record

    async def heartbeat(self, run_id: str, progress: Mapping[str, Any]) -> bool:
        """Note that the run is alive and how far it is; whether somebody asked it to stop.

        Raises:
            AbortedError: another run has begun and taken this one for dead.
        """
        run = self._tables.run
        mine = (run.c.id == run_id, run.c.state == RunState.RUNNING.value)
        now = {"heartbeat_at": int(time.time()), "progress": dump_json(progress)}
        if not await self._execute(sa.update(run).where(*mine).values(now)):
            raise AbortedError(
                "Another migration has begun meanwhile and taken this one for dead. What was "
                "written so far is complete; the migration is safe to run again."
            )
        rows = await self._database.rows(sa.select(run.c.stop_requested_at).where(*mine))
        return any(asked is not None for (asked,) in rows)

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
                .values(state=EntryState.UNDONE.value, replaced=None)
            )

    async def note_bytes(self, connection: AsyncConnection, number: int, path: str) -> None:
        """Note, in the caller's transaction, that these bytes have to be taken back after it."""
        item = self._tables.item
        noted = {"replaced": dump_json({BYTES: path}), "reason": None}
        await connection.execute(sa.update(item).where(item.c.id == number).values(noted))

    async def forget_thing(
        self, connection: AsyncConnection, kind: str, key: str, name: str
    ) -> None:
        """Note, in the caller's transaction, that a row does not have a thing of ours any more."""
        item = self._tables.item
        query = sa.select(item.c.id, item.c.written).where(
            item.c.target_kind == kind,
            item.c.target_id == key,
            item.c.state != EntryState.UNDONE.value,
            item.c.written.is_not(None),
        )
        for number, text in (await connection.execute(query)).all():
            written = {each: said for each, said in json.loads(text).items() if each != name}
            change = sa.update(item).where(item.c.id == number)
            await connection.execute(change.values(written=dump_json(written)))

    async def forget_indexed(self, kind: str, ids: Sequence[str]) -> None:
        """Note that the vectors of these are gone."""
        item = self._tables.item
        indexed = (item.c.state == EntryState.INDEXED.value, item.c.target_kind == kind)
        for some in in_portions(ids):
            await self._execute(sa.delete(item).where(*indexed, item.c.target_id.in_(some)))

    async def forget_bytes(self, number: int) -> None:
        """Note that bytes are taken back."""
        item = self._tables.item
        await self._execute(sa.update(item).where(item.c.id == number).values(replaced=None))

    async def close_undone(self, run_id: str) -> None:
        """Note that a run was taken back, all that may be."""
        await self._update(run_id, state=RunState.UNDONE.value)

    async def add(self, run_id: str, entries: Sequence[LedgerValues]) -> None:
        """Record entries in a transaction of their own."""
        if entries:
            await self._database.write(lambda connection: self.insert(connection, run_id, entries))

    async def note(self, run_id: str, notices: Sequence[Notice]) -> None:
        """Record warnings in a transaction of their own."""
        await self.add(run_id, [entry_of_notice(notice) for notice in notices])

    async def insert(
        self, connection: AsyncConnection, run_id: str, entries: Sequence[LedgerValues]
    ) -> None:
        """Record entries in the caller's transaction."""
        if entries:
            rows = [{**entry, "run_id": run_id} for entry in entries]
            await connection.execute(sa.insert(self._tables.item), rows)

    async def _prepare_tables(self) -> None:
        if is_current(await self._present(), self._tables):
            return
        try:
            await self._database.try_write(
                lambda connection: connection.run_sync(bring_up_to_date, self._tables)
            )
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
        self, statement: sa.Insert | sa.Update | sa.Delete, values: Mapping[str, Any] | None = None
    ) -> int:
        async def execute(connection: AsyncConnection) -> int:
            return (await connection.execute(statement, values)).rowcount

        return await self._database.write(execute)

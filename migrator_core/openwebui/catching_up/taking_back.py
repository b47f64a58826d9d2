"""Access that a run gave to something that LibreChat has deleted since."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.catching_up.changes import apply, begin
from migrator_core.openwebui.catching_up.leftovers import Brought
from migrator_core.openwebui.catching_up.reading import rows_of
from migrator_core.openwebui.catching_up.remembering import Remembering
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.ledger.ledger import Ledger
from migrator_core.openwebui.ledger.records import ROWS, EntryState, dump_json, entry
from migrator_core.openwebui.tables.registry import kind_named


async def take_back(target: OpenWebUI, ledger: Ledger, run_id: str, gone: Brought) -> None:
    """Leave the thing to its owner, and to those whom somebody let in here."""
    kind, key, schema = kind_named(gone.kind), gone.target_id, target.schema
    written = (await ledger.written(kind.name, [key])).get(key)
    contents = kind.contents
    if not written or contents is None:
        return

    async def commit(connection: AsyncConnection) -> None:
        await begin(connection)
        there = await rows_of(connection, kind, [key], schema, lock=True)
        if key not in there:
            return
        review = contents.taken_back(there[key], written)
        remembering = await Remembering.of(connection, review.changes, schema)
        await apply(connection, review.changes, schema)
        rows = [row.to_json() for row in await remembering.compared(connection)]
        if not rows:
            return
        values = entry(
            gone.collection,
            gone.source_id,
            EntryState.UPDATED.value,
            target_kind=kind.name,
            target_id=key,
            replaced=dump_json({ROWS: rows}),
            written=dump_json(review.written),
        )
        await ledger.insert(connection, run_id, [values])

    await target.database.write(commit)

"""One item on its way: mapped, encoded, and with its entry for the ledger."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from migrator_core.encoded import EncodedRow
from migrator_core.item import Item
from migrator_core.openwebui.catching_up.comparing import Behind, noted
from migrator_core.openwebui.catching_up.remembering import ChangedRow
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.database.faults import RejectedError
from migrator_core.openwebui.ledger.records import (
    ROWS,
    EntryState,
    LedgerValues,
    dump_json,
    entry,
)
from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.registry import KINDS, kind_of
from migrator_core.openwebui.writing.conflicts import Written
from migrator_core.openwebui.writing.encoding import encode_rows
from migrator_core.outcome import Reason, State


@dataclass(frozen=True, slots=True)
class Prepared:
    """An item's fate so far; ``rows`` are what its "migrated" still has to insert.

    ``behind`` says that the row is there and has to be brought up to date instead.
    """

    written: Written
    rows: tuple[EncodedRow, ...] = ()
    behind: Behind | None = None


async def load_context(target: OpenWebUI) -> MappingContext:
    """The facts about the target that mapping needs."""
    return MappingContext(
        now=int(time.time()),
        earliest_account=await target.inventory.earliest_account(),
        creator=(await target.inventory.first_admin()).id,
        default_group=await target.inventory.default_group(),
        group_share=target.schema.group_share,
        # 0.11 added the column together with a search through the whole history.
        keeps_skill_files=target.schema.has("skill", "data"),
        searches_flat=not target.schema.has("chat", "current_message_id"),
        keeps_versions=target.schema.has("model_history", "id"),
    )


def prepare(item: Item, context: MappingContext, schema: Schema) -> Prepared:
    """Map and encode one item; what cannot be stored comes back as failed."""
    kind = kind_of(item.row)
    if item.encoded is not None:
        key, digests = kind.key_of(item.row), item.encoded.digests
        written = Written(item, State.MIGRATED, target_id=key, digests=digests)
        return Prepared(written, item.encoded.rows)
    try:
        mapped = kind.to_rows(item.row, context)
        rows = encode_rows(mapped, schema)
        contents = kind.contents
        digests = noted(item, contents.digests(mapped)) if contents is not None else None
    except RejectedError as error:
        return Prepared(Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, str(error)))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # A row that conversion should not have made: it must not end the run.
        detail = f"{type(error).__name__} while mapping the row"
        return Prepared(Written(item, State.FAILED, Reason.INTERNAL_ERROR, detail))
    written = Written(item, State.MIGRATED, target_id=kind.key_of(item.row), digests=digests)
    return Prepared(written, tuple(rows))


_NONE: Mapping[str, str] = MappingProxyType({})


def entry_of(written: Written, proofs: Mapping[str, str] = _NONE) -> LedgerValues:
    """What the ledger says about an item; ``proofs`` by the key of the row."""
    item = written.item
    kind = kind_of(item.row)
    arrived = written.state is State.MIGRATED
    state = EntryState.UPDATED if arrived and written.updated else written.state
    return entry(
        item.collection,
        item.source_id,
        state.value,
        target_kind=kind.name,
        target_id=written.target_id or kind.key_of(item.row),
        reason=written.reason.value if written.reason else None,
        detail=written.detail,
        fingerprint=item.fingerprint if arrived else None,
        size=item.size,
        written=dump_json(written.digests) if written.digests is not None else None,
        proof=proofs.get(written.target_id or "") if item.source else None,
    )


def entries_of_changed(
    written: Written, changed: Sequence[ChangedRow], proofs: Mapping[str, str]
) -> list[LedgerValues]:
    """What the ledger says about an item that was brought up to date: for an undo, what was there.

    Rows of other kinds that came along (a tag with a chat) have entries of their own.
    """
    item_kind = kind_of(written.item.row)
    own = {item_kind.name, *(part.table.name for part in item_kind.parts)}
    brought, rows = [], []
    for row in changed:
        kind = next((kind for kind in KINDS if kind.name == row.table), None)
        if kind is not None and kind.name not in own and row.is_new:
            key = "/".join(row.key[column] for column in kind.key)
            brought.append(entry_of_brought(written.item, kind.name, key))
        else:
            rows.append(row.to_json())
    values = entry_of(written, proofs)
    if rows:
        values["replaced"] = dump_json({ROWS: rows})
    return [values, *brought]


def entry_of_brought(item: Item, kind: str, key: str) -> LedgerValues:
    """What the ledger says about a row that an item brings along: for an undo, it is ours too."""
    return entry(
        item.collection,
        item.source_id,
        EntryState.BROUGHT.value,
        target_kind=kind,
        target_id=key,
    )

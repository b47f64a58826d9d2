"""One item on its way: mapped, encoded, and with its entry for the ledger."""

from __future__ import annotations

import time
from dataclasses import dataclass

from migrator_core.openwebui.conflicts import Written, kind_of, target_id
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.faults import RejectedError
from migrator_core.openwebui.ledger.entries import LedgerValues, entry
from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.mapping.statements import EncodedRow, encode
from migrator_core.outcome import Reason, State
from migrator_core.rows import Item


@dataclass(frozen=True, slots=True)
class Parcel:
    """An item's fate so far; ``rows`` are what its "migrated" still has to insert."""

    written: Written
    rows: tuple[EncodedRow, ...] = ()


async def load_context(target: OpenWebUI) -> MappingContext:
    """The facts about the target that mapping needs."""
    return MappingContext(
        now=int(time.time()),
        earliest_account=await target.earliest_account(),
        creator=(await target.first_admin()).id,
        default_group=await target.default_group(),
        group_share=target.schema.group_share,
        # 0.11 added the column together with a search through the whole history.
        searches_flat=not target.schema.has("chat", "current_message_id"),
    )


def prepare(
    item: Item, context: MappingContext, target: OpenWebUI, *, path: str | None = None
) -> Parcel:
    """Map and encode one item; what cannot be stored comes back as failed.

    ``path`` is where a file's bytes are; a file row without it is an error of the caller.
    """
    try:
        rows = encode(item.row, context, target.schema, path=path)
    except RejectedError as error:
        return Parcel(Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, str(error)))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # A row that conversion should not have made: it must not end the run.
        detail = f"{type(error).__name__} while mapping the row"
        return Parcel(Written(item, State.FAILED, Reason.INTERNAL_ERROR, detail))
    return Parcel(Written(item, State.MIGRATED, target_id=target_id(item.row)), tuple(rows))


def entry_of(written: Written) -> LedgerValues:
    """What the ledger says about an item."""
    item = written.item
    return entry(
        item.collection,
        item.source_id,
        written.state.value,
        target_kind=kind_of(item.row),
        target_id=written.target_id or target_id(item.row),
        reason=written.reason.value if written.reason else None,
        detail=written.detail,
        fingerprint=item.fingerprint if written.state is State.MIGRATED else None,
        children=len(item.children),
        size=item.size,
    )

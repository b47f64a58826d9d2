"""Items on their way: new ones mapped and encoded, known ones compared with what is there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from migrator_core.access_row import AccessRow
from migrator_core.item import Item
from migrator_core.openwebui.belonging import Rows
from migrator_core.openwebui.catching_up.comparing import Behind, Comparing
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.digests import Digests
from migrator_core.openwebui.contents.review import Review
from migrator_core.openwebui.database.faults import RejectedError
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.tables.registry import kind_of
from migrator_core.openwebui.writing.conflicts import Written
from migrator_core.openwebui.writing.encoding import encode_rows
from migrator_core.openwebui.writing.prepared import Prepared, prepare
from migrator_core.outcome import Reason, State
from migrator_core.rows import GroupRow, JsonDict, UserRow


@dataclass(frozen=True, slots=True)
class _Known:
    """What an earlier run wrote of an item, if it did, and what is there now."""

    written: Digests | None
    there: Rows
    ours: bool

    def belongs_to(self, item: Item) -> bool:
        """Whether the row that is there has the owner that the item has.

        What belongs to nobody says what it came from; an account has its address, too.
        """
        row = item.row
        (there,) = self.there[kind_of(row).name]
        if isinstance(row, UserRow):
            same = str(there.get("email") or "").lower() == row.email
            return same or _same_source(there.get("info"), row.info)
        if isinstance(row, GroupRow):
            return _same_source(there.get("meta"), row.meta)
        if isinstance(row, AccessRow):
            return True
        owner: object = there.get("user_id")
        return owner == row.user_id


class Preparation:
    """Prepares items for a run or its preview."""

    def __init__(self, target: OpenWebUI, ledger: LedgerReader) -> None:
        """Compare with this target and its ledger."""
        self._schema = target.schema
        self._comparing = Comparing(target, ledger)

    async def prepare(
        self,
        items: Sequence[Item],
        verdicts: Sequence[Written | None],
        context: MappingContext,
    ) -> list[Prepared]:
        """One answer an item; ``verdicts`` say which of them need no writing, or so it seems."""
        known = await self._known(
            [item for item, verdict in zip(items, verdicts, strict=True) if _is_own(item, verdict)]
        )

        def prepare_all() -> list[Prepared]:
            return [
                prepare(item, context, self._schema)
                if verdict is None
                else self._compare(item, verdict, context, known)
                for item, verdict in zip(items, verdicts, strict=True)
            ]

        # Encoding megabytes of JSON takes a while: off the event loop, and before the transaction.
        return await asyncio.to_thread(prepare_all)

    async def _known(self, items: Sequence[Item]) -> dict[tuple[str, str], _Known]:
        written = await self._comparing.known(items)
        there = await self._comparing.there(items) if items else {}
        return {
            name: _Known(written.get(name), rows, ours=name in written)
            for name, rows in there.items()
        }

    def _compare(
        self,
        item: Item,
        verdict: Written,
        context: MappingContext,
        known: Mapping[tuple[str, str], _Known],
    ) -> Prepared:
        found = known.get(_name(item)) if _is_own(item, verdict) else None
        if found is None:
            return Prepared(verdict)
        if not found.ours:
            return Prepared(verdict if found.belongs_to(item) else _taken(item))
        try:
            rows = kind_of(item.row).to_rows(item.row, context)
            behind = Behind(item, rows, found.written)
            review = behind.review(found.there)
            if review.changes:
                encode_rows(rows, self._schema)
        except RejectedError as error:
            return Prepared(Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, str(error)))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # Whatever somebody made of the row: it must not end the run.
            detail = f"{type(error).__name__} while comparing with what is there"
            return Prepared(Written(item, State.FAILED, Reason.INTERNAL_ERROR, detail))
        return Prepared(written_of(behind, review), behind=behind if review.changes else None)


def written_of(behind: Behind, review: Review) -> Written:
    """What became of an item that was there."""
    fate, detail = review.verdict()
    return Written(
        behind.item,
        fate.state,
        fate.reason,
        detail,
        target_id=behind.key,
        fates=review.all_fates,
        digests=review.written if review.written != behind.written else None,
        updated=bool(review.changes),
    )


def _same_source(stored: object, ours: JsonDict) -> bool:
    """Whether what is there says that it came from the same thing of LibreChat."""
    known = stored.get("librechat") if isinstance(stored, dict) else None
    if not isinstance(known, dict):
        return False
    names = ("id", "role", "tenant", "model")
    return [known.get(name) for name in names] == [ours["librechat"].get(name) for name in names]


def _taken(item: Item) -> Written:
    """An id that somebody chose, or knew, before: what is there is not what the backup says."""
    detail = "its id is taken by something that belongs to somebody else"
    return Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, detail)


def _is_own(item: Item, verdict: Written | None) -> bool:
    """Whether the row that is there has the very id of the item."""
    return (
        verdict is not None
        and verdict.state is State.EXISTING
        and verdict.target_id == kind_of(item.row).key_of(item.row)
    )


def _name(item: Item) -> tuple[str, str]:
    kind = kind_of(item.row)
    return kind.name, kind.key_of(item.row)

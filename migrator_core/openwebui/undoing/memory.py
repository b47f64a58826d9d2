"""The ledger, asked by an undo: what a run made, what it changed, and what builds on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.catching_up.remembering import ChangedRow
from migrator_core.openwebui.database.parameters import in_portions
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.ledger.records import (
    BYTES,
    ROWS,
    EntryState,
    LedgerItem,
    RunRecord,
    item_of_row,
)
from migrator_core.openwebui.tables.registry import KINDS
from migrator_core.outcome import RunState

MADE = (EntryState.MIGRATED.value, EntryState.BROUGHT.value)
_KINDS = tuple(kind.name for kind in KINDS)


@dataclass(frozen=True, slots=True)
class Replacement:
    """What entries of one run say that a thing was before: newest first, by their numbers.

    Bytes that the run stored again stay, and with them the place where their row says they are.
    ``only_bytes`` says that there was nothing else; ``known`` is false where an earlier version of
    this tool noted nothing of use.
    """

    numbers: tuple[int, ...]
    memories: tuple[tuple[ChangedRow, ...], ...]
    only_bytes: bool
    known: bool


class UndoMemory(LedgerReader):
    """Reads the ledger; nothing of it is changed here."""

    async def to_undo(self, run_id: str | None) -> RunRecord:
        """The run of this id, or the last one that has written something and is not undone.

        Raises:
            CannotStartError: there is no such run, or later ones build on it.
        """
        runs = [run for run in await self.runs() if run.undoes is None]
        if run_id is None:
            chosen = None
            for run in runs:
                if run.state is not RunState.UNDONE and await self._has_written(run.id):
                    chosen = run
                    break
            if chosen is None:
                raise CannotStartError("There is no run that could be undone.")
        else:
            chosen = next((run for run in runs if run.id == run_id), None)
            if chosen is None:
                raise CannotStartError(
                    f"There is no run {run_id} in this Open WebUI. `librechat-migrate runs` lists "
                    "them."
                )
        later = runs[: runs.index(chosen)]
        building = [
            run.id
            for run in later
            if run.state is not RunState.UNDONE and await self._has_written(run.id)
        ]
        if building:
            raise CannotStartError(
                f"Later runs build on run {chosen.id}: {', '.join(building)}. Undo them first, the "
                "last one first."
            )
        return chosen

    async def made_by(
        self, run_id: str, state: EntryState | None = None
    ) -> AsyncIterator[LedgerItem]:
        """The entries of rows that a run made and that were not taken back."""
        states = MADE if state is None else (state.value,)
        async for entry in self.items(run_id, states=states):
            if entry.target_kind in _KINDS and entry.target_id:
                yield entry

    async def kept_of_later_runs(self, run: RunRecord) -> AsyncIterator[LedgerItem]:
        """What runs after this one made, were undone, and had to leave because of people."""
        runs = [one for one in await self.runs() if one.undoes is None]
        for later in runs[: [one.id for one in runs].index(run.id)]:
            async for entry in self.made_by(later.id):
                yield entry

    async def replaced_by(self, run_id: str) -> AsyncIterator[LedgerItem]:
        """The entries of things that a run changed and that are not yet what they were."""
        async for entry in self.items(run_id, replaced=True):
            if entry.state != EntryState.UNDONE and entry.target_kind in _KINDS:
                yield entry

    async def bytes_to_take_back(self, run_id: str) -> AsyncIterator[LedgerItem]:
        """The entries of files whose rows are taken back, and whose bytes may still lie there."""
        async for entry in self.items(run_id, states=[EntryState.UNDONE], replaced=True):
            yield entry

    async def replacement(self, run_id: str, kind: str, key: str) -> Replacement:
        """Everything that a run noted of what one thing was before."""
        item = self._tables.item
        columns = [column for column in item.c if column.name not in {"written", "proof"}]
        query = sa.select(*columns).where(
            item.c.run_id == run_id,
            item.c.target_kind == kind,
            item.c.target_id == key,
            item.c.replaced.is_not(None),
            item.c.state != EntryState.UNDONE.value,
        )
        rows = await self._database.rows(query.order_by(item.c.id.desc()))
        entries = [item_of_row(row) for row in rows]
        replaced = [entry.replaced or {} for entry in entries]
        others = [one for one in replaced if BYTES not in one]
        return Replacement(
            tuple(entry.number for entry in entries),
            tuple(tuple(ChangedRow.from_json(row) for row in one.get(ROWS, ())) for one in others),
            only_bytes=not others,
            known=all(ROWS in one for one in others),
        )

    async def numbers(
        self, connection: AsyncConnection, run_id: str, kind: str, keys: Sequence[str]
    ) -> dict[str, list[int]]:
        """The numbers of the entries of a run about these things, by their keys."""
        item = self._tables.item
        told = sa.or_(
            item.c.state.in_((*MADE, EntryState.UPDATED.value, EntryState.REPLACED.value)),
            item.c.replaced.is_not(None),
        )
        query = sa.select(item.c.target_id, item.c.id).where(
            item.c.run_id == run_id,
            item.c.target_kind == kind,
            item.c.state != EntryState.UNDONE.value,
            told,
        )
        found: dict[str, list[int]] = {key: [] for key in keys}
        for some in in_portions(keys):
            for key, number in await connection.execute(query.where(item.c.target_id.in_(some))):
                found[key].append(number)
        return found

    async def _has_written(self, run_id: str) -> bool:
        item = self._tables.item
        told = sa.or_(
            sa.and_(item.c.state.in_(MADE), item.c.target_kind.in_(_KINDS)),
            item.c.replaced.is_not(None),
        )
        query = sa.select(item.c.id).where(item.c.run_id == run_id, told).limit(1)
        return bool(await self._database.rows(query))

"""What the ledger remembers of runs that did not come to their end."""

from __future__ import annotations

from collections.abc import AsyncIterator

from migrator_core.openwebui import EntryState, Ledger, LedgerItem, RunRecord
from migrator_core.outcome import Notice, Outcome, Reason, RunState, State, WarningCode
from migrator_core.runs.journal import Journal
from migrator_core.tally import Counts, Tally

_AT_ONCE = 500
"""Warnings in one transaction."""

_COMES_ALONG = frozenset({"knowledge"})
"""Kinds of rows that are no documents: they have the name of one that has an entry of its own."""

_CONTINUED = frozenset({RunState.INTERRUPTED, RunState.ABORTED})


async def recall_warnings(ledger: Ledger, run_id: str, journal: Journal) -> None:
    """Say again what runs warned of that this one continued; hardly anybody read their reports.

    What this run found itself is not said twice. Memory: a number for each different warning.
    """
    given = {hash(notice) for notice in journal.warnings()}
    fresh: list[Notice] = []
    async for notice in _earlier_warnings(ledger, run_id):
        if hash(notice) in given:
            continue
        given.add(hash(notice))
        journal.warn(notice)
        fresh.append(notice)
        if len(fresh) == _AT_ONCE:
            await ledger.note(run_id, fresh)
            fresh.clear()
    await ledger.note(run_id, fresh)


async def _earlier_warnings(ledger: Ledger, run_id: str) -> AsyncIterator[Notice]:
    """The warnings of the runs that this one continues: all since the last that finished."""
    for earlier in _continued(await ledger.runs(), run_id):
        async for item in ledger.items(earlier.id, states=[EntryState.WARNING]):
            notice = notice_of(item)
            if notice is not None:
                yield notice


def _continued(runs: list[RunRecord], run_id: str) -> list[RunRecord]:
    """From the newest to the oldest; ``runs`` have that order, and undoing one continues none."""
    runs = [run for run in runs if run.undoes is None]
    ids = [run.id for run in runs]
    found = []
    for run in runs[ids.index(run_id) + 1 :] if run_id in ids else []:
        if run.state not in _CONTINUED:
            break
        found.append(run)
    return found


def notice_of(item: LedgerItem) -> Notice | None:
    """The warning of an entry; None where it is none that this version knows."""
    if item.state != EntryState.WARNING or item.reason not in set(WarningCode):
        return None
    return Notice(WarningCode(item.reason), item.detail or "")


def outcome_of(item: LedgerItem) -> Outcome | None:
    """What an entry says of a document; None where it says something else."""
    if item.state not in set(State) or item.target_kind in _COMES_ALONG:
        return None
    reason = Reason(item.reason) if item.reason else None
    state = State(item.state)
    return Outcome(
        item.collection, item.source_id, state, item.target_id, reason, item.detail, item.size
    )


async def recorded_counts(ledger: Ledger, run_id: str) -> Counts:
    """The collections of a run that could not note its sums: what it had recorded until then."""
    tally = Tally()
    async for item in ledger.items(run_id, states=list(State)):
        outcome = outcome_of(item)
        if outcome is not None:
            tally.found(outcome.collection, 1, outcome.size)
            tally.add(outcome)
    return tally.to_json()

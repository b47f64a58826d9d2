"""Past runs and their reports, from the ledger."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Self

from migrator_core.errors import CannotStartError
from migrator_core.openwebui import (
    Ledger,
    LedgerItem,
    OpenWebUI,
    RunLock,
    RunRecord,
)
from migrator_core.outcome import Mode, RunState, State
from migrator_core.progress import Progress
from migrator_core.report import BackupInfo, Report, RunInfo, write_reports
from migrator_core.runs.directories import report_directory, work_directory
from migrator_core.runs.journal import Journal
from migrator_core.runs.recalling import notice_of, outcome_of, recorded_counts
from migrator_core.tally import Counts


class History:
    """What the ledger knows of runs, whoever carries them out; connected until it is closed."""

    def __init__(self, target: OpenWebUI) -> None:
        """Of a connected Open WebUI; callers use :meth:`open`."""
        self._target = target
        self._ledger = Ledger(target)

    @classmethod
    async def open(cls) -> Self:
        """Connect.

        Raises:
            CannotStartError: Open WebUI or its database cannot be reached.
        """
        return cls(await OpenWebUI.connect(read_only=True))

    async def close(self) -> None:
        """Let go of the database."""
        await self._target.close()

    async def runs(self) -> list[RunRecord]:
        """All runs, the last one first.

        A run whose process died stays "running" in the ledger until the next one begins. The lock
        died with the process, so it tells at once: such a run is given as interrupted.
        """
        found = await self._ledger.runs()
        running = any(record.state is RunState.RUNNING for record in found)
        if not running or await RunLock(self._target).is_held():
            return found
        return [_interrupted(record) for record in found]


def _interrupted(record: RunRecord) -> RunRecord:
    if record.state is not RunState.RUNNING:
        return record
    return replace(record, state=RunState.INTERRUPTED, finished_at=record.heartbeat_at)


async def past_runs() -> list[RunRecord]:
    """The runs that wrote to this Open WebUI, the last one first.

    Raises:
        CannotStartError: Open WebUI or its database cannot be reached.
    """
    async with await OpenWebUI.connect(read_only=True) as target:
        return await History(target).runs()


async def request_stop(run_id: str) -> None:
    """Ask another process to end its run between two batches.

    Raises:
        CannotStartError: Open WebUI or its database cannot be reached.
    """
    async with await OpenWebUI.connect(read_only=False) as target:
        await Ledger(target).request_stop(run_id)


async def past_report(run_id: str | None, directory: Path | None) -> Path:
    """Write a past run's reports again and give their directory; None means the last run.

    Raises:
        CannotStartError: there is no such run, or the database cannot be reached.
    """
    async with await OpenWebUI.connect(read_only=True) as target:
        ledger = Ledger(target)
        run = await _find(ledger, run_id)
        where = report_directory(directory, target.data_dir, run.id)
        with work_directory() as workdir, closing(Journal(workdir, Progress())) as journal:
            async for item in ledger.items(run.id):
                _recall(item, journal)
            counts = run.counts or await recorded_counts(ledger, run.id)
            await write_reports(_report(run, counts, journal), where)
        return where


async def _find(ledger: Ledger, run_id: str | None) -> RunRecord:
    if run_id is None:
        runs = await ledger.runs()
        migrations = [run for run in runs if run.undoes is None]
        if not migrations:
            raise CannotStartError(
                "No run has written to this Open WebUI yet. (Previews leave no trace in the "
                "database; their reports are where they were written.)"
            )
        return migrations[0]
    run = await ledger.run(run_id)
    if run is None:
        raise CannotStartError(
            f"There is no run {run_id} in this Open WebUI. `librechat-migrate runs` lists them."
        )
    if run.undoes is not None:
        raise CannotStartError(
            f"{run_id} is the undo of run {run.undoes}. What it kept and why is in the report that "
            "it wrote when it ended, and an undo with --dry-run says it again."
        )
    return run


def _recall(item: LedgerItem, journal: Journal) -> None:
    """Put one ledger entry back where a report finds it."""
    notice, outcome = notice_of(item), outcome_of(item)
    if notice is not None:
        journal.warn(notice)
    elif outcome is not None and outcome.state is not State.MIGRATED:
        journal.outcome(outcome)


def run_info(run: RunRecord) -> RunInfo:
    """A run of the ledger as a report names it."""
    return RunInfo(
        id=run.id,
        mode=Mode.RUN,
        started_at=run.started_at,
        finished_at=run.finished_at or run.heartbeat_at,
        tool_version=run.tool_version,
        open_webui_version=run.open_webui_version,
        state=run.state,
    )


def _report(run: RunRecord, counts: Counts, journal: Journal) -> Report:
    return Report(
        run=run_info(run),
        backup=BackupInfo(run.backup_path, run.backup_kind, run.backup_fingerprint),
        collections=counts,
        items=journal.items,
        warnings=journal.warnings,
        told=journal.told,
    )

"""How a run, a preview or a comparison ended: its report, and what a door is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from migrator_core.errors import AbortedError
from migrator_core.librechat import Backup
from migrator_core.outcome import RunState
from migrator_core.report import (
    BackupInfo,
    Report,
    RunInfo,
    Verification,
    headline,
    summary_lines,
    write_reports,
)
from migrator_core.runs.course import Course
from migrator_core.runs.journal import Journal
from migrator_core.tally import Counts, Tally
from migrator_core.undoing import UndoCounts
from migrator_core.verification import VerificationCounts


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended: ``run.state`` is finished or aborted.

    ``headline`` and ``summary`` say it in words, ``directory`` holds the full report, unless
    ``report_problem`` says why it could not be written; ``warning_counts`` says how often each
    warning was given, by its code.
    """

    run: RunInfo
    backup: BackupInfo
    collections: Counts
    headline: str
    summary: tuple[str, ...]
    directory: Path
    failures: int
    warnings: int
    warning_counts: Mapping[str, int]
    report_problem: str | None = None
    verification: VerificationCounts | None = None
    undo: UndoCounts | None = None


def result_of(report: Report, tally: Tally, directory: Path, problem: str | None) -> Result:
    """How a run ended, whose report is written; ``problem`` says why it could not be."""
    undo = None if report.undoing is None else report.undoing.counts
    return Result(
        run=report.run,
        backup=report.backup,
        collections=report.collections,
        headline=headline(report),
        summary=tuple(summary_lines(report)),
        directory=directory,
        failures=tally.failures if undo is None else undo.failed,
        warnings=tally.warnings.total(),
        warning_counts=tally.warnings_by_code(),
        report_problem=problem,
        verification=None if report.verification is None else report.verification.counts,
        undo=undo,
    )


def report_of(
    course: Course, backup: Backup, journal: Journal, verification: Verification | None
) -> Report:
    """Everything that is known once it has ended."""
    return Report(
        run=course.info(),
        backup=BackupInfo(str(backup.path), str(backup.kind), backup.fingerprint),
        collections=journal.tally.to_json(ended_early=course.state is not RunState.FINISHED),
        items=journal.items,
        warnings=journal.warnings,
        verification=verification,
        told=journal.told,
        models=journal.models,
    )


def not_adding_up(tally: Tally) -> AbortedError | None:
    """Never expected; but a report that hides a document would be worse."""
    unbalanced = tally.unbalanced()
    if not unbalanced:
        return None
    return AbortedError(
        f"the outcomes of {', '.join(unbalanced)} do not add up. This is a flaw of the tool; "
        "please report it together with report.json."
    )


async def write_or_explain(report: Report, directory: Path) -> str | None:
    """Write the reports; what hindered it, because what was migrated is migrated all the same."""
    try:
        await write_reports(report, directory)
    except OSError as error:
        return (
            f"The reports could not be written to {directory}: {error.strerror or error}. Make "
            f"room, and write them again with `librechat-migrate report {report.run.id}`."
        )
    return None

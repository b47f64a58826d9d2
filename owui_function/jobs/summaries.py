"""How a preview or a run ended, wherever that is known from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError

from migrator_core import Result, RunRecord, run_info
from migrator_core.outcome import Mode, RunState
from migrator_core.report import BackupInfo, Report, RunInfo, headline
from migrator_core.tally import CollectionEntry, Counts

FILE_NAME = "summary.json"
"""Beside the reports, so that another worker, or the server after a restart, knows them too."""


@dataclass(frozen=True)
class Summary:
    """The end of a preview or a run.

    ``collections`` has the shape of ``report.json``, ``warnings`` counts by code, ``key`` says of
    what backup and settings a preview is (see :mod:`owui_function.jobs.previews`). ``found``
    is what a comparison with the backup came to, ``differences`` how many there are. ``undoes`` is
    the run that was taken back, ``undone`` says in sentences what that did, or in its preview
    (``undo_preview``) would do.
    """

    run: RunInfo
    backup: BackupInfo
    collections: Counts
    warnings: Mapping[str, int] = field(default_factory=dict)
    key: str = ""
    found: str = ""
    differences: int = 0
    undoes: str = ""
    undone: tuple[str, ...] = ()
    undo_preview: bool = False

    @property
    def verifies(self) -> bool:
        """Whether it compared with the backup, and nothing else."""
        return self.run.mode == Mode.VERIFY

    @property
    def preview(self) -> bool:
        """Whether nothing was written."""
        return self.run.mode == Mode.DRY_RUN or self.undo_preview

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to undo."""
        return bool(self.undoes) and not self.undone

    @property
    def finished(self) -> bool:
        """Whether it came to its end."""
        return self.run.state == RunState.FINISHED

    @property
    def report(self) -> Report:
        """The sums as a report without its lists."""
        return Report(self.run, self.backup, self.collections, tuple, tuple)

    @property
    def totals(self) -> Mapping[str, int]:
        """Documents over all collections."""
        return self.report.totals()

    @property
    def headline(self) -> str:
        """One line that says it all."""
        return self.found or headline(self.report)


Entries: TypeAlias = Sequence[tuple[str, CollectionEntry]]
"""Collections by name, with their entries as in ``report.json``."""


def in_two(summary: Summary) -> tuple[Entries, Entries]:
    """The collections of which something arrives or fails, and those that are wholly left out.

    There are many of the latter, of a document or two each; they need no row of their own.
    """
    there = [(name, entry) for name, entry in summary.report.ordered() if entry["found"]]
    matters = [
        (name, entry) for name, entry in there if sum(entry["skipped"].values()) < entry["found"]
    ]
    return matters, [pair for pair in there if pair not in matters]


def of_result(result: Result, key: str) -> Summary:
    """The summary of what this process has just done."""
    counts, undo = result.verification, result.undo
    if undo is not None:
        return Summary(
            result.run, result.backup, {}, found=result.headline, undoes=undo.of,
            undone=result.summary, undo_preview=undo.preview,
        )  # fmt: skip
    return Summary(
        result.run,
        result.backup,
        result.collections,
        result.warning_counts,
        key,
        found="" if counts is None else result.headline,
        differences=0 if counts is None else counts.grave,
    )


def of_record(record: RunRecord) -> Summary:
    """The summary of a run that the ledger knows."""
    undoes = record.undoes or ""
    return Summary(
        run=run_info(record),
        backup=BackupInfo(record.backup_path, record.backup_kind, record.backup_fingerprint),
        collections=record.counts,
        warnings=record.warnings,
        undoes=undoes,
        found=f"undo of run {undoes}" if undoes else "",
    )


def write(summary: Summary, directory: Path) -> None:
    """Keep a summary beside its reports."""
    (directory / FILE_NAME).write_text(json.dumps(asdict(summary)), encoding="utf-8")


def read(directory: Path) -> Summary | None:
    """The summary in a directory of reports, None where there is none that can be read."""
    try:
        text = (directory / FILE_NAME).read_text(encoding="utf-8")
        return TypeAdapter(Summary).validate_json(text)
    except (OSError, ValueError, ValidationError):
        return None

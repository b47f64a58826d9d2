"""The three reports of a run: JSON for programs, Markdown and HTML for people."""

from __future__ import annotations

from migrator_core.report.data import (
    BackupInfo,
    Report,
    RunInfo,
    Undoing,
    Verification,
    isoformat,
)
from migrator_core.report.files import write_reports
from migrator_core.report.summary import headline, summary_lines

__all__ = [
    "BackupInfo",
    "Report",
    "RunInfo",
    "Undoing",
    "Verification",
    "headline",
    "isoformat",
    "summary_lines",
    "write_reports",
]

"""The walk over a backup: phases, outcomes, and a report at the end."""

from __future__ import annotations

from migrator_core.pipeline.history import past_report, past_runs, run_info
from migrator_core.pipeline.migration import Result, migrate
from migrator_core.pipeline.phases import PHASES

__all__ = ["PHASES", "Result", "migrate", "past_report", "past_runs", "run_info"]

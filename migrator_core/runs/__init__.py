"""The walk over a backup: phases, outcomes, and a report at the end."""

from __future__ import annotations

from migrator_core.runs.past import past_report, past_runs, run_info
from migrator_core.runs.phases.order import PHASES
from migrator_core.runs.run import Result, migrate

__all__ = ["PHASES", "Result", "migrate", "past_report", "past_runs", "run_info"]

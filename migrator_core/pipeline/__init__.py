"""The walk over a backup: phases, outcomes, and a report at the end."""

from __future__ import annotations

from migrator_core.pipeline.history import past_report, past_runs
from migrator_core.pipeline.migration import Result, migrate

__all__ = ["Result", "migrate", "past_report", "past_runs"]

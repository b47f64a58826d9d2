"""What a run is to leave out."""

from __future__ import annotations

from migrator_core.runs.readiness.findings import Findings


async def look_at_the_selection(found: Findings) -> None:
    """Whether there is a selection: what is counted in a check is the whole backup."""
    settings = found.settings
    if settings.selection.is_everything:
        return
    what = f"only {', '.join(settings.only)}" if settings.only else "everything"
    whose = f" of {len(settings.users):,} people" if settings.users else ""
    since = f", new or changed since {settings.since:%Y-%m-%d %H:%M %Z}" if settings.since else ""
    found.facts.append(
        f"Selected is {what}{whose}{since}. A run leaves out the rest and says so (not-selected)."
    )

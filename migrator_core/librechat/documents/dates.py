"""Dates as LibreChat and its importers stored them: values, numbers and texts."""

from __future__ import annotations

from datetime import UTC, datetime

from migrator_core.librechat.values import Millis, is_bounded


def read_millis(value: object) -> int | None:
    """Milliseconds since the epoch from whatever LibreChat and its importers wrote as a date."""
    if isinstance(value, Millis):
        return int(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        if not is_bounded(value) or value <= 0:
            return None
        # 1e11 s is the year 5138, 1e11 ms is 1973: below, it is seconds.
        return int(value if value >= 1e11 else value * 1000)
    if isinstance(value, str):
        return _iso_millis(value)
    return None


def _iso_millis(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return int(moment.timestamp() * 1000)
    except (OverflowError, ValueError):
        return None

"""LibreChat's file records as Open WebUI's files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileLink:
    """What a message needs to refer to a migrated file; ``size`` is in bytes."""

    target_id: str
    filename: str
    content_type: str
    size: int

"""Rows as a driver takes them, plain data that may come from another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from migrator_core.record import record


@record
class EncodedRow:
    """A row whose values the driver takes as they are; JSON is text by now."""

    table: str
    if_absent: bool
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Everything that one item inserts, and the digests of the things it consists of."""

    rows: tuple[EncodedRow, ...]
    digests: Mapping[str, str] | None

"""What a converter answers: a row with its warnings, or a reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from migrator_core.convert.cleaning import clean_text
from migrator_core.outcome import Notice, Reason, WarningCode

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Converted(Generic[R]):
    """A row for Open WebUI, and what the operator should know about it."""

    row: R
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """The document has no row by a known rule; ``detail`` says more where there is more."""

    reason: Reason
    detail: str | None = None


MAX_DETAIL = 1000
"""Code points of a warning; names from a backup may be megabytes."""


def notice(code: WarningCode, detail: str) -> Notice:
    """A warning whose words come from the backup: printable everywhere, of bounded length."""
    clean = clean_text(detail)
    return Notice(code, clean if len(clean) <= MAX_DETAIL else clean[: MAX_DETAIL - 1] + "…")

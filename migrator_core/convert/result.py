"""What a converter answers: a row with its warnings, or a reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from migrator_core.outcome import Notice, Reason

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

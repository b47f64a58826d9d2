"""Data classes for what a migration makes many of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

C = TypeVar("C")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[C]) -> type[C]:
    """A data class that nobody changes: with slots, compared and hashed by its fields.

    That nobody changes it, only the type checker enforces. A frozen data class enforces it as well
    when it is made, which takes several times as long, and some twenty are made for each message.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)

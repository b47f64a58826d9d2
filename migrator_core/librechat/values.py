"""The plain values every backup format is read into, so that all of them look the same.

ObjectIds become 24 lower-case hex digits, dates become :class:`Millis`, binary becomes ``bytes``;
everything else is what JSON has. LibreChat stores the same reference as an ObjectId in one
collection and as a string in the next, so nothing is lost by the first rule.
"""

from __future__ import annotations

import math
from typing import Any


class Millis(int):
    """A date: milliseconds since the epoch, of any sign and size.

    A type of its own, because a bare number in a date field may as well be seconds.
    """

    __slots__ = ()


def is_bounded(value: float) -> bool:
    """Whether a number is one that MongoDB holds: JSON may have integers of any length."""
    return math.isfinite(value) if isinstance(value, float) else -(2**63) <= value < 2**63


def tenant_of(value: Any) -> str:  # noqa: ANN401 - reads whatever a document holds
    """A document's ``tenantId`` as comparable text, empty where it has none."""
    if value is None or isinstance(value, str):
        return normalise_id(value) or ""
    return str(value)


def normalise_id(value: Any) -> str | None:  # noqa: ANN401 - reads whatever a document holds
    """A reference to a user or document as comparable text, or None where there is none.

    Hex ids compare in lower case; ``"null"`` and ``"undefined"`` are what some LibreChat versions
    wrote for a missing user.
    """
    if not isinstance(value, str):
        return None
    text = value.strip()
    if text.lower() in {"", "null", "undefined"}:
        return None
    return text.lower() if len(text) == 24 else text

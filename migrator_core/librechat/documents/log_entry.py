"""A row of LibreChat's ``logs`` collection: what its rate limits noted, bans among it.

Keyv's form (LibreChat 0.7 to 0.8, ``api/cache/getLogStores.js`` and ``banViolation.js``): ``key``
is ``namespace:key``, ``value`` is JSON with the noted value and the time at which it expires.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from migrator_core.librechat.documents.base import Date, Mapping, SourceModel, String


def _noted(value: Any) -> Any:  # noqa: ANN401 - whatever stands in the document
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


class LogEntry(SourceModel):
    """One note. Dates are milliseconds since the epoch."""

    key: String = None
    value: Annotated[Mapping, BeforeValidator(_noted)] = Field(default_factory=dict)
    expires_at: Date = Field(default=None, alias="expiresAt")

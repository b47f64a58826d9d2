"""A row of LibreChat's ``aclentries`` collection: who may do what.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8). A
wrong value never reads as a right: what cannot be understood grants nothing.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from migrator_core.librechat.documents.base import Reference, SourceModel, String
from migrator_core.librechat.documents.dates import read_millis


def _permission_bits(value: Any) -> int:  # noqa: ANN401 - reads whatever a document holds
    """A negative number would have every bit set, a fraction means nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 <= value < 2**31 and value == int(value) else 0


def _expiry(value: Any) -> int | None:  # noqa: ANN401 - reads whatever a document holds
    """None without an expiry; a date that cannot be read counts as long past."""
    if value is None:
        return None
    millis = read_millis(value)
    return 0 if millis is None else millis


Expiry = Annotated[int | None, BeforeValidator(_expiry)]
"""When something ends, in milliseconds since the epoch."""


class AclEntry(SourceModel):
    """One permission. ``expired_at`` is in milliseconds since the epoch."""

    id: Reference = Field(default=None, alias="_id")
    principal_type: String = Field(default=None, alias="principalType")
    principal_id: String = Field(default=None, alias="principalId")
    """A user's or group's ``_id``, or a role's name; absent for ``public``."""
    resource_type: String = Field(default=None, alias="resourceType")
    resource_id: Reference = Field(default=None, alias="resourceId")
    permission_bits: Annotated[int, BeforeValidator(_permission_bits)] = Field(
        default=0, alias="permBits"
    )
    expired_at: Expiry = Field(default=None, alias="expiredAt")

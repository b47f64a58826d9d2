"""A permission that stands alone: the rows that share connected models need it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SHARED_MODELS = "sharedmodels"
"""What reports and the ledger call the rows that share connected models. A connected model is
there without them, so that naming it is no use of them."""


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One permission on something that is not ours."""

    resource_type: str
    principal_type: Literal["user", "group"]
    principal_id: str
    permission: Literal["read", "write"]
    resource_id: str
    created_at: int

    @property
    def id(self) -> str:
        """What it says, which is what names it."""
        parts = (self.resource_type, self.principal_type, self.principal_id, self.permission)
        return "/".join((*parts, self.resource_id))

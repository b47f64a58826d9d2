"""A row of LibreChat's ``actions`` collection: an API that an agent or assistant may call.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8). Of
``metadata`` only place and kind are looked at: the rest is keys, tokens and clients' secrets.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from migrator_core.librechat.documents.base import Mapping, Name, SourceModel, Text


class ApiAction(SourceModel):
    """One API."""

    id: Name = Field(alias="action_id")
    agent_id: Text = None
    assistant_id: Text = None
    metadata: Mapping = Field(default_factory=dict)

    @property
    def domain(self) -> str:
        """Where the API is, as it was written; empty where nothing says so."""
        domain: Any = self.metadata.get("domain")
        return domain if isinstance(domain, str) else ""

    @property
    def signs_in_by(self) -> str:
        """How LibreChat signed in: ``service_http``, ``oauth``, ``none``; empty if unknown."""
        auth: Any = self.metadata.get("auth")
        kind = auth.get("type") if isinstance(auth, dict) else None
        return kind if kind in {"service_http", "oauth", "none"} else ""

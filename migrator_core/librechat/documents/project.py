"""A row of LibreChat's ``projects`` collection: how things were shared before LibreChat 0.8.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
"""

from __future__ import annotations

from pydantic import Field

from migrator_core.librechat.documents.base import (
    Identifier,
    References,
    SourceModel,
    String,
    Texts,
)


class Project(SourceModel):
    """A container of shared things. The one called ``instance`` is shared with everybody."""

    id: Identifier = Field(alias="_id")
    name: String = None
    agent_ids: Texts = Field(default_factory=list, alias="agentIds")
    """LibreChat's ``agent_…`` ids, not the agents' ``_id``."""
    prompt_group_ids: References = Field(default_factory=list, alias="promptGroupIds")

"""A row of LibreChat's ``memoryentries`` collection: one thing that is remembered about a person.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
"""

from __future__ import annotations

from pydantic import Field

from migrator_core.librechat.documents.base import Date, Identifier, Reference, SourceModel, Text


class MemoryEntry(SourceModel):
    """One memory. ``updated_at`` is in milliseconds since the epoch."""

    id: Identifier = Field(alias="_id")
    user: Reference = Field(default=None, alias="userId")
    key: Text = None
    value: Text = None
    agent_id: Text = Field(default=None, alias="agentId")
    """The agent that keeps it for itself (0.8.7 and later); others are for every chat."""
    updated_at: Date = None

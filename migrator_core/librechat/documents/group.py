"""A row of LibreChat's ``groups`` collection: a local group or one of an identity provider.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
"""

from __future__ import annotations

from pydantic import Field

from migrator_core.librechat.documents.base import Date, Identifier, SourceModel, Text, Texts


class Group(SourceModel):
    """One group. Dates are milliseconds since the epoch."""

    id: Identifier = Field(alias="_id")
    name: Text = None
    description: Text = None
    email: Text = None
    source: Text = None
    id_on_the_source: Text = Field(default=None, alias="idOnTheSource")
    member_ids: Texts = Field(default_factory=list, alias="memberIds")
    """A user's ``idOnTheSource`` where they have one, else their ``_id``; may be stale."""
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")

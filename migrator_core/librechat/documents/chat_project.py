"""A row of LibreChat's ``chatprojects`` collection: a named group of one user's conversations.

Fields as published in ``@librechat/data-schemas`` 0.0.70 (LibreChat 0.8.7). Its count and its last
conversation are copies, may be wrong, and are not read.
"""

from __future__ import annotations

from pydantic import Field

from migrator_core.librechat.documents.base import Date, Identifier, Reference, SourceModel, Text


class ChatProject(SourceModel):
    """One project. Dates are milliseconds since the epoch."""

    id: Identifier = Field(alias="_id")
    name: Text = None
    description: Text = None
    user: Reference = None
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")

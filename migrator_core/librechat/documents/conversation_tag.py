"""A row of LibreChat's ``conversationtags`` collection: one bookmark of one user.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8). Its
count of conversations can be wrong and is not read.
"""

from __future__ import annotations

from pydantic import Field

from migrator_core.librechat.documents.base import Integer, Reference, SourceModel, Text


class ConversationTag(SourceModel):
    """One bookmark."""

    id: Reference = Field(default=None, alias="_id")
    tag: Text = None
    user: Reference = None
    description: Text = None
    position: Integer = None

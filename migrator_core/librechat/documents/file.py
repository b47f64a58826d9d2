"""A row of LibreChat's ``files`` collection: what is known about a file, not its bytes.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
"""

from __future__ import annotations

from pydantic import Field

from migrator_core.librechat.documents.base import (
    Date,
    Flag,
    Integer,
    Name,
    Reference,
    SourceModel,
    String,
    Text,
)


class File(SourceModel):
    """One file record. Dates are milliseconds since the epoch, ``bytes`` is a size."""

    id: Reference = Field(default=None, alias="_id")
    file_id: Name
    """Unique per user only: two people may own the same one."""
    user: Reference = None
    filename: Text = None
    filepath: String = None
    bytes: Integer = None
    type: String = None
    source: String = None
    storage_key: String = Field(default=None, alias="storageKey")
    """What the file is called in its bucket (since 0.8.6)."""
    context: String = None
    text: String = None
    """What LibreChat extracted from the file, or what an OCR service read in it."""
    text_format: String = Field(default=None, alias="textFormat")
    """``html``: the text is a page that shows a preview of an office document, not its words."""
    embedded: Flag = False
    width: Integer = None
    height: Integer = None
    conversation_id: Text = Field(default=None, alias="conversationId")
    message_id: Text = Field(default=None, alias="messageId")
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")

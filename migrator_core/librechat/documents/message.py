"""A row of LibreChat's ``messages`` collection.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8),
plus what older versions and importers left behind. No field is required: whatever a message has
is worth showing. What a person typed or read (``text``, ``content``, …) is kept exactly as it was
stored, of whatever type, so that conversion can decide how to show it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from migrator_core.librechat.documents.base import (
    Date,
    Flag,
    Integer,
    Mapping,
    Reference,
    SourceModel,
    Text,
)

NO_PARENT = "00000000-0000-0000-0000-000000000000"
"""What LibreChat stores as the parent of a conversation's first message."""


def _one_or_many(value: object) -> list[object]:
    """A list as it is; a lone object or text, which hand-edited rows hold, as a list of one."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict | str) and value else []


def _flag_or_none(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


Entries = Annotated[list[object], BeforeValidator(_one_or_many)]
OptionalFlag = Annotated[bool | None, BeforeValidator(_flag_or_none)]


class Message(SourceModel):
    """One message. Dates are milliseconds since the epoch."""

    document_id: Reference = Field(default=None, alias="_id")
    message_id: Text = Field(default=None, alias="messageId")
    conversation_id: Text = Field(default=None, alias="conversationId")
    user: Reference = None
    parent_message_id: Text = Field(default=None, alias="parentMessageId")
    is_created_by_user: OptionalFlag = Field(default=None, alias="isCreatedByUser")
    sender: Text = None
    text: object = None
    content: object = None
    model: Text = None
    endpoint: Text = None
    files: Entries = Field(default_factory=list)
    attachments: Entries = Field(default_factory=list)
    image_urls: Entries = Field(default_factory=list)
    quotes: Entries = Field(default_factory=list)
    plugin: Mapping = Field(default_factory=dict)
    plugins: Entries = Field(default_factory=list)
    error: Flag = False
    unfinished: Flag = False
    finish_reason: Text = None
    feedback: Mapping = Field(default_factory=dict)
    token_count: Integer = Field(default=None, alias="tokenCount")
    metadata: Mapping = Field(default_factory=dict)
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")

"""A row of LibreChat's ``sharedlinks`` collection.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8). A
wrong value never reads as a right: what cannot be understood opens nothing.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from migrator_core.librechat.documents.acl_entry import Expiry
from migrator_core.librechat.documents.base import (
    Date,
    Reference,
    References,
    SourceModel,
    String,
    Text,
)


def _is_true(value: Any) -> bool:  # noqa: ANN401 - reads whatever a document holds
    return value is True


class SharedLink(SourceModel):
    """One link. Dates are milliseconds since the epoch.

    ``messages`` are the ``_id`` of the messages that the link shows; ``target_message_id``, where
    it is set, ends it at one message (its ``messageId``) and is kept as it was stored, because an
    unreadable end must not count as none. From LibreChat 0.8.7 on, permissions (``aclentries``)
    stand for ``is_public``.
    """

    id: Reference = Field(default=None, alias="_id")
    share_id: String = Field(default=None, alias="shareId")
    conversation_id: Text = Field(default=None, alias="conversationId")
    user: Reference = None
    title: Text = None
    messages: References = Field(default_factory=list)
    is_public: Annotated[bool, BeforeValidator(_is_true)] = Field(default=False, alias="isPublic")
    target_message_id: object = Field(default=None, alias="targetMessageId")
    expired_at: Expiry = Field(default=None, alias="expiredAt")
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")

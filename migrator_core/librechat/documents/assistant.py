"""A row of LibreChat's ``assistants`` collection: what it keeps of an assistant of OpenAI or Azure.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
Name, model, instructions and tools are not among them: they are where the assistant was made.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from migrator_core.librechat.documents.base import (
    Date,
    Mapping,
    Name,
    Reference,
    SourceModel,
    Text,
    Texts,
)


class Assistant(SourceModel):
    """One assistant. Dates are milliseconds since the epoch."""

    id: Name = Field(alias="assistant_id")
    document_id: Reference = Field(default=None, alias="_id")
    user: Reference = None
    avatar: Mapping = Field(default_factory=dict)
    conversation_starters: Texts = Field(default_factory=list)
    file_ids: Texts = Field(default_factory=list)
    actions: Texts = Field(default_factory=list)
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")

    def as_agent(self, provider: str, model: str | None) -> dict[str, Any]:
        """The document of an agent that is the same, as far as it is known, without its dates."""
        return {
            "id": self.id,
            "_id": self.document_id,
            "author": self.user,
            "name": f"Assistant {self.id}",
            "provider": provider,
            "model": model,
            "avatar": self.avatar,
            "conversation_starters": self.conversation_starters,
            "actions": self.actions,
            "tool_resources": {"file_search": {"file_ids": self.file_ids}},
        }


class AssistantUse(SourceModel):
    """What a conversation says of the assistant that was asked in it."""

    assistant_id: Text = None
    endpoint: Text = None
    model: Text = None

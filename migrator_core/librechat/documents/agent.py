"""A row of LibreChat's ``agents`` collection.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
``versions`` repeats the whole configuration once for every change, the current one last.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from migrator_core.librechat.documents.base import (
    Date,
    Flag,
    Integer,
    Items,
    Mapping,
    Name,
    Reference,
    References,
    SourceModel,
    String,
    Text,
    Texts,
)


class Agent(SourceModel):
    """One agent. Dates are milliseconds since the epoch."""

    id: Name
    """LibreChat's ``agent_…``, by which chats and other agents know it."""
    document_id: Reference = Field(default=None, alias="_id")
    """The row's own ``_id``, by which permissions know it."""
    name: Text = None
    description: Text = None
    instructions: String = None
    provider: Text = None
    model: String = None
    model_parameters: Mapping = Field(default_factory=dict)
    tools: Texts = Field(default_factory=list)
    tool_resources: Mapping = Field(default_factory=dict)
    avatar: Mapping = Field(default_factory=dict)
    conversation_starters: Texts = Field(default_factory=list)
    author: Reference = None
    artifacts: Text = None
    recursion_limit: Integer = None
    category: Text = None
    support_contact: Mapping = Field(default_factory=dict)
    actions: Texts = Field(default_factory=list)
    agent_ids: Texts = Field(default_factory=list)
    edges: Items = Field(default_factory=list)
    subagents: Mapping = Field(default_factory=dict)
    skills: Texts = Field(default_factory=list)
    mcp_servers: Texts = Field(default_factory=list, alias="mcpServerNames")
    versions: Items = Field(default_factory=list)
    is_collaborative: Flag = Field(default=False, alias="isCollaborative")
    project_ids: References = Field(default_factory=list, alias="projectIds")
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")

    @property
    def avatar_path(self) -> str | None:
        """Where the picture is: a path below ``/images`` or an address; None without one."""
        path: Any = self.avatar.get("filepath")
        return path if isinstance(path, str) and path.strip() else None

"""A row of LibreChat's ``presets`` collection: settings that somebody saved under a name.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
"""

from __future__ import annotations

from pydantic import Field, model_validator

from migrator_core.librechat.documents.base import (
    Date,
    Flag,
    Identifier,
    Integer,
    Items,
    Mapping,
    Reference,
    SourceModel,
    Text,
)
from migrator_core.librechat.documents.conversation import gather_parameters

_ASSISTANTS = frozenset({"assistants", "azureassistants"})


class Preset(SourceModel):
    """One preset. Dates are milliseconds since the epoch."""

    id: Identifier = Field(alias="_id")
    preset_id: Text = Field(default=None, alias="presetId")
    user: Reference = None
    title: Text = None
    default_preset: Flag = Field(default=False, alias="defaultPreset")
    """New conversations of its owner begin with it."""
    order: Integer = None
    endpoint: Text = None
    model: Text = None
    agent_id: Text = None
    assistant_id: Text = None
    prompt_prefix: Text = Field(default=None, alias="promptPrefix")
    system: Text = None
    instructions: Text = None
    additional_instructions: Text = None
    greeting: Text = None
    tools: Items = Field(default_factory=list)
    """Names of tools, or the plug-ins themselves (0.7)."""
    parameters: Mapping = Field(default_factory=dict)
    """As those of a conversation."""
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")

    _gather_parameters = model_validator(mode="before")(gather_parameters)

    @property
    def chooses(self) -> str:
        """Whom to talk to, where it says nothing but that; empty where it says how."""
        agent = (self.agent_id or "").strip()
        if agent.startswith("agent_"):
            return f"agent {agent[:100]}"
        endpoint = (self.endpoint or "").strip().lower()
        if self.assistant_id or endpoint in _ASSISTANTS:
            return f"assistant {(self.assistant_id or '')[:100]}".rstrip()
        return "agents" if endpoint == "agents" and not self.model else ""

    @property
    def name(self) -> str:
        """By what its owner's other presets are told from it."""
        return (self.preset_id or "").strip() or self.id

"""A row of LibreChat's ``conversations`` collection.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
The list of message ids in the row is often stale and not read: messages are joined by
``conversationId``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from migrator_core.librechat.documents.base import (
    Date,
    Flag,
    Mapping,
    Reference,
    SourceModel,
    Text,
    Texts,
)

PARAMETERS = (
    "temperature",
    "top_p",
    "topP",
    "top_k",
    "topK",
    "presence_penalty",
    "frequency_penalty",
    "max_tokens",
    "maxTokens",
    "maxOutputTokens",
    "max_output_tokens",
    "maxContextTokens",
    "stop",
    "seed",
    "reasoning_effort",
    "reasoning_summary",
    "verbosity",
    "thinking",
    "thinkingBudget",
    "thinkingLevel",
    "effort",
    "promptCache",
    "useResponsesApi",
    "web_search",
    "imageDetail",
    "resendFiles",
    "resendImages",
    "fileTokenLimit",
    "disableStreaming",
    "examples",
)
"""The fields that say how the model was called, of every provider and version."""


def _identity(value: object) -> object:
    """Numbers count as text, as they do for the messages' side of the join."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is blank")
    return value


def _flag_or_none(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def gather_parameters(data: Any) -> Any:  # noqa: ANN401 - reads whatever a document holds
    """A document with its :data:`PARAMETERS` in one field."""
    if not isinstance(data, dict):
        return data
    return {**data, "parameters": {name: data[name] for name in PARAMETERS if name in data}}


class Conversation(SourceModel):
    """One conversation, without its messages. Dates are milliseconds since the epoch."""

    document_id: Reference = Field(default=None, alias="_id")
    conversation_id: Annotated[
        str, BeforeValidator(_identity), AfterValidator(_not_blank), Field(alias="conversationId")
    ]
    user: Reference = None
    title: Text = None
    endpoint: Text = None
    endpoint_type: Text = Field(default=None, alias="endpointType")
    model: Text = None
    agent_id: Text = None
    assistant_id: Text = None
    spec: Text = None
    prompt_prefix: Text = Field(default=None, alias="promptPrefix")
    system: Text = None
    instructions: Text = None
    additional_instructions: Text = None
    tags: Texts = Field(default_factory=list)
    is_archived: Flag = Field(default=False, alias="isArchived")
    pinned: Flag = False
    chat_project_id: Reference = Field(default=None, alias="chatProjectId")
    expired_at: Date = Field(default=None, alias="expiredAt")
    is_temporary: Annotated[bool | None, BeforeValidator(_flag_or_none)] = Field(
        default=None, alias="isTemporary"
    )
    parameters: Mapping = Field(default_factory=dict)
    """The row's :data:`PARAMETERS`, by their names there, of whatever type."""
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")

    _gather_parameters = model_validator(mode="before")(gather_parameters)

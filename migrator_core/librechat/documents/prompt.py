"""Rows of LibreChat's ``promptgroups`` and ``prompts`` collections.

A prompt as people know it is a group; the rows of ``prompts`` are its versions. Fields as published
in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
"""

from __future__ import annotations

from pydantic import Field

from migrator_core.librechat.documents.base import (
    Date,
    Identifier,
    Integer,
    Reference,
    References,
    SourceModel,
    String,
    Text,
)


class PromptGroup(SourceModel):
    """One prompt with all its versions. Dates are milliseconds since the epoch."""

    id: Identifier = Field(alias="_id")
    name: Text = None
    oneliner: Text = None
    category: Text = None
    command: String = None
    production_id: Reference = Field(default=None, alias="productionId")
    author: Reference = None
    author_name: Text = Field(default=None, alias="authorName")
    number_of_generations: Integer = Field(default=None, alias="numberOfGenerations")
    project_ids: References = Field(default_factory=list, alias="projectIds")
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")


class Prompt(SourceModel):
    """One version of a prompt."""

    id: Identifier = Field(alias="_id")
    group_id: Reference = Field(default=None, alias="groupId")
    author: Reference = None
    prompt: String = None
    type: Text = None
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")

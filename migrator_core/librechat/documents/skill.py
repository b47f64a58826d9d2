"""Rows of LibreChat's ``skills`` and ``skillfiles`` collections (0.8.6 and later).

Fields as published in ``@librechat/data-schemas`` 0.0.51 to 0.0.71 (LibreChat 0.8.6 to 0.8.8).
"""

from __future__ import annotations

from pydantic import Field

from migrator_core.librechat.documents.base import (
    Date,
    Flag,
    Identifier,
    Integer,
    Mapping,
    Reference,
    SourceModel,
    String,
    Text,
    Texts,
)


class Skill(SourceModel):
    """One skill: what it says is Markdown. Dates are milliseconds since the epoch."""

    id: Identifier = Field(alias="_id")
    name: Text = None
    """In small letters and dashes; one author's are all different."""
    display_title: Text = Field(default=None, alias="displayTitle")
    description: Text = None
    body: String = None
    frontmatter: Mapping = Field(default_factory=dict)
    category: Text = None
    author: Reference = None
    version: Integer = None
    always_apply: Flag = Field(default=False, alias="alwaysApply")
    disable_model_invocation: Flag = Field(default=False, alias="disableModelInvocation")
    allowed_tools: Texts = Field(default_factory=list, alias="allowedTools")
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")


class SkillFile(SourceModel):
    """One file that belongs to a skill; ``content`` is its text where LibreChat has read it."""

    id: Identifier = Field(alias="_id")
    skill_id: Reference = Field(default=None, alias="skillId")
    relative_path: Text = Field(default=None, alias="relativePath")
    filepath: String = None
    source: Text = None
    author: Reference = None
    content: String = None
    is_binary: Flag = Field(default=False, alias="isBinary")
    created_at: Date = Field(default=None, alias="createdAt")
    updated_at: Date = Field(default=None, alias="updatedAt")

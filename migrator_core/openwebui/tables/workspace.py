"""The workspace and memories: prompts, what models know, models, skills."""

from __future__ import annotations

from typing import Any

from migrator_core.openwebui.mapping.library import (
    knowledge_file_id,
    knowledge_rows,
    memory_rows,
    model_rows,
    model_version_id,
    prompt_rows,
    prompt_version_id,
    skill_rows,
    skill_version_id,
)
from migrator_core.openwebui.tables.contents import KNOWLEDGE, MEMORY, MODEL, PROMPT, SKILL
from migrator_core.openwebui.tables.kind import Claim, Kind, Part
from migrator_core.openwebui.tables.shared import grants, table
from migrator_core.rows import KnowledgeRow, MemoryRow, ModelRow, PromptRow, SkillRow

WORKSPACE: tuple[Kind[Any], ...] = (
    Kind(
        PromptRow,
        table(
            "prompt",
            "prompts.Prompt",
            "id command user_id name content data meta tags is_active version_id "
            "created_at updated_at",
        ),
        prompt_rows,
        parts=(
            Part(
                table(
                    "prompt_history",
                    "prompt_history.PromptHistory",
                    "id prompt_id snapshot user_id commit_message created_at",
                ),
                "prompt_id",
                id_of=prompt_version_id,
            ),
            grants("prompt"),
        ),
        claims=(
            Claim(),
            Claim(("command",), refusal="the command /{} is taken by another prompt"),
        ),
        contents=PROMPT,
    ),
    Kind(
        KnowledgeRow,
        table(
            "knowledge",
            "knowledge.Knowledge",
            "id user_id name description meta created_at updated_at",
        ),
        knowledge_rows,
        parts=(
            Part(
                table(
                    "knowledge_file",
                    "knowledge.KnowledgeFile",
                    "id knowledge_id file_id user_id created_at updated_at",
                    needs=("file_id", "file"),
                ),
                "knowledge_id",
                id_of=knowledge_file_id,
            ),
            grants("knowledge"),
        ),
        contents=KNOWLEDGE,
    ),
    Kind(
        ModelRow,
        table(
            "model",
            "models.Model",
            "id user_id base_model_id name params meta is_active updated_at created_at",
        ),
        model_rows,
        parts=(
            Part(
                table(
                    "model_history",
                    "model_history.ModelHistory",
                    "id model_id snapshot user_id commit_message created_at",
                    since="0.12",
                ),
                "model_id",
                id_of=model_version_id,
            ),
            grants("model"),
        ),
        contents=MODEL,
    ),
    Kind(
        SkillRow,
        table(
            "skill",
            "skills.Skill",
            "id user_id name description content meta is_active updated_at created_at",
        ),
        skill_rows,
        parts=(
            Part(
                table(
                    "skill_history",
                    "skill_history.SkillHistory",
                    "id skill_id snapshot user_id commit_message created_at",
                    since="0.12",
                ),
                "skill_id",
                id_of=skill_version_id,
            ),
            grants("skill"),
        ),
        claims=(
            Claim(),
            Claim(("name",), refusal="the name {} is taken by another skill"),
        ),
        contents=SKILL,
    ),
    Kind(
        MemoryRow,
        table("memory", "memories.Memory", "id user_id type content meta created_at updated_at"),
        memory_rows,
        contents=MEMORY,
    ),
)
"""In the order of the registry, of which these are the last."""

"""The workspace and memories.

From ``open_webui/models/prompts.py``, ``knowledge.py``, ``models.py`` and ``memories.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from migrator_core.access_row import AccessRow
from migrator_core.openwebui.database.faults import RejectedError
from migrator_core.openwebui.mapping.context import (
    MappingContext,
    TableRow,
    companion_id,
    grant_rows,
)
from migrator_core.rows import (
    Grant,
    JsonDict,
    KnowledgeRow,
    MemoryRow,
    ModelRow,
    PromptRow,
    SkillRow,
)

_FIRST_VERSION = "Initial version"
"""What the app itself calls the first entry of a history."""
_CURRENT_VERSION = "Current version in LibreChat"
"""What it is called where earlier ones come with it."""
_EARLIER = re.compile(r"Version \S+ in LibreChat")


def prompt_rows(row: PromptRow, _context: MappingContext) -> list[TableRow]:
    """A prompt, its grants and its history, the current version first."""
    version_id = prompt_version_id({"prompt_id": row.id})
    grants = grant_rows("prompt", row.id, row.grants, row.created_at)
    content = {
        "name": row.name,
        "content": row.content,
        "command": row.command,
        "data": {},
        "meta": row.meta,
        "tags": list(row.tags),
    }
    prompt = {
        "id": row.id,
        "user_id": row.user_id,
        **content,
        "is_active": True,
        "version_id": version_id,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    snapshot = {**content, "access_grants": [grant.values for grant in grants]}
    written_at = row.created_at if row.written_at is None else row.written_at
    others = list(_other_versions(row, snapshot))
    before = [one.values["id"] for one in others if _made(one) <= written_at]
    history = {
        "id": version_id,
        "prompt_id": row.id,
        "parent_id": before[-1] if before else None,
        "snapshot": snapshot,
        "user_id": row.written_by or row.user_id,
        "commit_message": _CURRENT_VERSION if others else _FIRST_VERSION,
        "created_at": written_at,
    }
    return [TableRow("prompt", prompt), TableRow("prompt_history", history), *others, *grants]


def _other_versions(row: PromptRow, snapshot: JsonDict) -> Iterator[TableRow]:
    before: str | None = None
    for version in row.others:
        named = {"prompt_id": row.id, "commit_message": version.message}
        own = prompt_version_id(named)
        values = {
            "id": own,
            **named,
            "parent_id": before,
            "snapshot": {**snapshot, "content": version.content},
            "user_id": version.user_id,
            "created_at": version.created_at,
        }
        before = own
        yield TableRow("prompt_history", values, if_absent=True)


def _made(version: TableRow) -> int:
    made: Any = version.values["created_at"]
    return int(made)


def model_rows(row: ModelRow, context: MappingContext) -> list[TableRow]:
    """A workspace model, its grants and its history (0.12), the current version first."""
    if row.base_model_id == row.id:
        raise RejectedError("a model cannot be its own base model")
    version_id = model_version_id({"model_id": row.id})
    content = {
        "name": row.name,
        "base_model_id": row.base_model_id,
        "params": row.params,
        "meta": row.meta,
    }
    model = {
        "id": row.id,
        "user_id": row.user_id,
        **content,
        "version_id": version_id,
        "is_active": True,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    earlier = list(_earlier_versions(row)) if context.keeps_versions else []
    history = {
        "id": version_id,
        "model_id": row.id,
        "parent_id": earlier[-1].values["id"] if earlier else None,
        "snapshot": {**content, "meta": _kept(row.meta)},
        "user_id": row.user_id,
        "commit_message": _CURRENT_VERSION if earlier else _FIRST_VERSION,
        "created_at": row.updated_at if earlier else row.created_at,
    }
    grants = grant_rows("model", row.id, row.grants, row.created_at)
    return [TableRow("model", model), TableRow("model_history", history), *earlier, *grants]


def _kept(meta: JsonDict) -> JsonDict:
    """``model_history.py: model_snapshot`` leaves the live model's visibility out."""
    return {key: meta[key] for key in meta if key not in {"hidden", "chat_variables_schema"}}


def _earlier_versions(row: ModelRow) -> Iterator[TableRow]:
    before: str | None = None
    for version in row.earlier:
        named = {"model_id": row.id, "commit_message": version.message}
        own = model_version_id(named)
        values = {
            "id": own,
            **named,
            "parent_id": before,
            "snapshot": {
                "name": version.name,
                "base_model_id": version.base_model_id,
                "params": version.params,
                "meta": _kept(version.meta),
            },
            "user_id": version.user_id,
            "created_at": version.created_at,
        }
        before = own
        yield TableRow("model_history", values, if_absent=True)


def is_earlier_version(values: Mapping[str, Any]) -> bool:
    """Whether an entry of a history is what LibreChat had beside the current version."""
    return _EARLIER.fullmatch(values.get("commit_message") or "") is not None


def knowledge_rows(row: KnowledgeRow, _context: MappingContext) -> list[TableRow]:
    """A collection, its files in no directory of it, and its grants."""
    knowledge = {
        "id": row.id,
        "user_id": row.user_id,
        "name": row.name,
        "description": row.description,
        "meta": row.meta,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    grants = grant_rows("knowledge", row.id, row.grants, row.created_at)
    return [TableRow("knowledge", knowledge), *_knowledge_files(row), *grants]


def _knowledge_files(row: KnowledgeRow) -> Iterator[TableRow]:
    for file_id in dict.fromkeys(row.file_ids):
        values = {
            "knowledge_id": row.id,
            "file_id": file_id,
            "user_id": row.user_id,
            "created_at": row.created_at,
            "updated_at": row.created_at,
        }
        values = {"id": knowledge_file_id(values), **values}
        yield TableRow("knowledge_file", values, if_absent=True)


def knowledge_file_id(values: Mapping[str, Any]) -> str:
    """The id of a row of ``knowledge_file``."""
    return companion_id("knowledge_file", values["knowledge_id"], values["file_id"])


def skill_rows(row: SkillRow, context: MappingContext) -> list[TableRow]:
    """A skill and its grants; its files and the first entry of its history need 0.12.

    From ``open_webui/models/skills.py`` and ``skill_history.py``.
    """
    version_id = skill_version_id({"skill_id": row.id})
    files = {"files": sorted(row.files, key=itemgetter("path"))}
    content = {
        "name": row.name,
        "description": row.description,
        "content": row.content,
        "data": files if context.keeps_skill_files else None,
    }
    skill = {
        "id": row.id,
        "user_id": row.user_id,
        **content,
        "meta": row.meta,
        "version_id": version_id,
        "is_active": True,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    history = {
        "id": version_id,
        "skill_id": row.id,
        "snapshot": {**content, "meta": {"i18n": None, "tags": row.meta["tags"]}},
        "user_id": row.user_id,
        "commit_message": _FIRST_VERSION,
        "created_at": row.created_at,
    }
    grants = grant_rows("skill", row.id, row.grants, row.created_at)
    return [TableRow("skill", skill), TableRow("skill_history", history), *grants]


def memory_rows(row: MemoryRow, _context: MappingContext) -> list[TableRow]:
    """A memory that is in every prompt, and so needs no vector to be found (0.10 and later)."""
    values = {
        "id": row.id,
        "user_id": row.user_id,
        "type": "user",
        "path": row.path,
        "content": row.content,
        "meta": row.meta,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    return [TableRow("memory", values)]


def access_rows(row: AccessRow, _context: MappingContext) -> list[TableRow]:
    """One permission."""
    grant = Grant(row.principal_type, row.principal_id, row.permission)
    return grant_rows(row.resource_type, row.resource_id, (grant,), row.created_at)


def prompt_version_id(values: Mapping[str, Any]) -> str:
    """The id of a row of ``prompt_history`` that we make."""
    return companion_id("prompt_history", values["prompt_id"], *_version(values))


def model_version_id(values: Mapping[str, Any]) -> str:
    """The id of a row of ``model_history`` that we make."""
    return companion_id("model_history", values["model_id"], *_version(values))


def skill_version_id(values: Mapping[str, Any]) -> str:
    """The id of a row of ``skill_history`` that we make."""
    return companion_id("skill_history", values["skill_id"], *_version(values))


def _version(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells later versions from the first one: their message names what is in them."""
    message = values.get("commit_message")
    own = {None, _FIRST_VERSION, _CURRENT_VERSION}
    return () if message in own else (str(message),)

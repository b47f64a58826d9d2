"""What an agent knows, as a collection of files that its model is given."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from migrator_core.convert.cleaning import clean_text
from migrator_core.convert.files.file_link import FileLink
from migrator_core.convert.free_ids import DERIVED, FreeIds
from migrator_core.convert.ids import knowledge_id
from migrator_core.convert.result import notice
from migrator_core.librechat.documents.agent import Agent
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import JsonDict, KnowledgeRow, ModelRow

KNOWN_THROUGH = ("file_search", "context", "ocr", "execute_code")
"""The tools of an agent whose files it knows (LibreChat 0.7 to 0.8; ``ocr`` is ``context`` of old).
``image_edit`` is not one: it works on pictures, which a model is not given as text."""

MAX_WHOLE = 100_000
"""Characters of the files that a model is given whole with every question, about 25,000 tokens:
more do not fit into the windows of many models, and all are paid for each time."""


def knowledge_file_ids(agent: Agent) -> list[str]:
    """The ``file_id`` of every file the agent knows, without repetition."""
    found: dict[str, None] = {}
    for tool in KNOWN_THROUGH:
        resource = agent.tool_resources.get(tool)
        ids = resource.get("file_ids") if isinstance(resource, dict) else None
        for file_id in ids if isinstance(ids, list) else []:
            if isinstance(file_id, str) and file_id.strip():
                found.setdefault(file_id.strip())
    return list(found)


def own_knowledge_id(agent: Agent, owner_id: str, ids: FreeIds = DERIVED, key: str = "") -> str:
    """The id of the collection, whether there is one or not; ``key`` as for its conversion."""
    return ids.of("knowledge", knowledge_id(key or agent.id), owner_id, clean_text(agent.id))


def convert_knowledge(
    agent: Agent,
    model: ModelRow,
    files: Sequence[FileLink],
    ids: FreeIds = DERIVED,
    key: str = "",
) -> KnowledgeRow:
    """The collection for an agent: name, description, owner and access are its model's.

    ``key`` is what tells it from others', where that is not the agent's id.
    """
    # Open WebUI tells collections of its own from those of other systems by the source, and looks
    # for it where there is any meta at all.
    meta: JsonDict = {"source": "local", "librechat": {"id": clean_text(agent.id)}}
    return KnowledgeRow(
        id=own_knowledge_id(agent, model.user_id, ids, key),
        user_id=model.user_id,
        name=model.name,
        description=model.meta.get("description") or "",
        file_ids=tuple(dict.fromkeys(file.target_id for file in files)),
        meta=meta,
        created_at=model.created_at,
        updated_at=model.updated_at,
        grants=model.grants,
    )


def fits_whole(files: Sequence[FileLink]) -> bool:
    """Whether a model can be given all of it with every question."""
    return sum(file.characters for file in files) <= MAX_WHOLE


def attached(model: ModelRow, knowledge: KnowledgeRow, *, whole: bool) -> ModelRow:
    """The model with its knowledge.

    What fits is given whole: that needs no vectors, and so no embedding model. Open WebUI (0.10 to
    0.12, ``utils/middleware.py``) adds what a model knows to a question only where the model's
    "function calling" is ``legacy``; otherwise it offers tools for searching, of which those that
    look for words need no vectors either.
    """
    item: JsonDict = {
        "id": knowledge.id,
        "name": knowledge.name,
        "description": knowledge.description,
        "type": "collection",
    }
    if not whole:
        return replace(model, meta={**model.meta, "knowledge": [item]})
    return replace(
        model,
        params={**model.params, "function_calling": "legacy"},
        meta={**model.meta, "knowledge": [{**item, "context": "full"}]},
    )


def knowledge_notices(
    label: str, named: Sequence[str], found: Collection[str], *, whole: bool
) -> tuple[Notice, ...]:
    """What is to be said of an agent's knowledge."""
    notices: list[Notice] = []
    missing = len(named) - len(found)
    if missing:
        detail = f"{label}: {missing} of {len(named)} files that the agent knew"
        notices.append(notice(WarningCode.KNOWLEDGE_INCOMPLETE, detail))
    if found and not whole:
        detail = (
            f"{label}: {len(found)} files are too much to be given whole with every question; the "
            "model looks for words in them with Open WebUI's tools, and by meaning once an "
            "administrator has indexed the knowledge (Admin Panel → Settings → Documents)"
        )
        notices.append(notice(WarningCode.KNOWLEDGE_LARGE, detail))
    return tuple(notices)

"""LibreChat's memories as Open WebUI's.

They are of the type ``user``: Open WebUI puts these into the prompt of every chat that has memory
switched on, without looking into any store of vectors (0.10 to 0.12, ``utils/memory.py``).
"""

from __future__ import annotations

from migrator_core.convert.cleaning import clean_text, single_line
from migrator_core.convert.dates import row_dates
from migrator_core.convert.ids import memory_id
from migrator_core.convert.result import Skipped
from migrator_core.librechat.documents.memory_entry import MemoryEntry
from migrator_core.outcome import Reason
from migrator_core.rows import JsonDict, MemoryRow

MAX_KEY = 200
_OF_AGENTS = "agents"


def convert_memory(
    memory: MemoryEntry, *, owner_id: str, agent: str, fallback: int
) -> MemoryRow | Skipped:
    """One person's memory.

    Args:
        memory: the document.
        owner_id: the account that receives it.
        agent: what to call the agent that keeps it for itself, empty where there is none.
        fallback: the run's start in seconds, for dates that are missing.
    """
    content = clean_text(memory.value or "").strip()
    if not content:
        return Skipped(Reason.NO_TEXT)
    dates = row_dates(None, memory.updated_at, memory.id, fallback)
    place = (_OF_AGENTS, agent) if agent else ()
    return MemoryRow(
        id=memory_id(memory.id),
        user_id=owner_id,
        content=content,
        path=_path(*place, memory.key or ""),
        meta={"librechat": _provenance(memory)},
        created_at=dates.created,
        updated_at=dates.updated,
    )


def _path(*names: str) -> str | None:
    """What Open WebUI files a memory under, and shows before it.

    A name is a part of a path there: no slash inside of it, and no part that leads elsewhere.
    """
    parts = (single_line(name.replace("/", " "), limit=MAX_KEY) for name in names)
    return "/".join(part for part in parts if part.strip(".")) or None


def _provenance(memory: MemoryEntry) -> JsonDict:
    facts = {"id": memory.id, "key": memory.key, "agent_id": memory.agent_id}
    return {name: single_line(value, limit=MAX_KEY) for name, value in facts.items() if value}

from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.library.memories import convert_memory
from migrator_core.convert.result import Skipped
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.memory_entry import MemoryEntry
from migrator_core.outcome import Reason
from migrator_core.rows import MemoryRow
from tests.unit.convert import documents as d


def _convert(agent: str = "", **changes: Any) -> MemoryRow | Skipped:
    memory = parse(MemoryEntry, d.MEMORY | {"agentId": None} | changes)
    return convert_memory(memory, owner_id="owner", agent=agent, fallback=d.STARTED)


def test_a_memory_keeps_its_key_its_text_and_its_date() -> None:
    row = _convert()
    assert isinstance(row, MemoryRow)
    assert (row.user_id, row.path, row.content) == ("owner", "working_hours", "No Fridays")
    assert row.meta == {"librechat": {"id": d.MEMORY["_id"], "key": "working_hours"}}
    # It says when it was changed; when it was made is in its id.
    assert (row.created_at, row.updated_at) == (0x66F00000, 1_727_004_672)


def test_an_agents_memory_names_the_agent() -> None:
    row = _convert(agent="Sales / Analyst", agentId="agent_x")
    assert isinstance(row, MemoryRow)
    assert row.path == "agents/Sales Analyst/working_hours"
    assert row.meta["librechat"]["agent_id"] == "agent_x"


@pytest.mark.parametrize(
    ("key", "path"),
    [("a/b", "a b"), ("..", None), ("", None), (None, None), ("x\ny\x00", "x y"), (" . ", None)],
)
def test_a_key_leads_nowhere_else(key: str | None, path: str | None) -> None:
    row = _convert(key=key)
    assert isinstance(row, MemoryRow)
    assert row.path == path


@pytest.mark.parametrize("value", [None, "", " \n", "\x00", 7.5j])
def test_nothing_is_no_memory(value: object) -> None:
    assert _convert(value=value) == Skipped(Reason.NO_TEXT)

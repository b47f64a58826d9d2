"""What each kind of tool call, attachment and citation becomes, against snapshots by hand.

A snapshot's ``expected`` is written from LibreChat's and Open WebUI's formats. Entries of ``files``
and items without an ``id`` are compared in the fields that the snapshot names.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from migrator_core.convert.content.context import ChatScope
from migrator_core.convert.files.file_link import FileLink
from tests.support.chat_checks import USER, answer, convert_alone

GOLDEN = Path(__file__).parent / "golden" / "tools"
FIXED = {
    "id", "parentId", "childrenIds", "role", "timestamp", "model", "modelName", "modelIdx", "done",
}  # fmt: skip


def links(entries: dict[str, Any]) -> dict[str, FileLink]:
    return {key: FileLink(**value) for key, value in entries.items()}


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_snapshot(path: Path) -> None:
    snapshot = json.loads(path.read_text(encoding="utf-8"))
    scope = ChatScope(
        user=USER,
        owner_id="owner",
        conversation_id="c1",
        files=links(snapshot.get("files", {})),
        paths=links(snapshot.get("paths", {})),
        agents=snapshot.get("agents", {}),
    )
    message = answer("a", "q", **{"text": "", **snapshot["message"]})
    converted = convert_alone(message, scope)
    told: dict[str, Any] = {
        key: value for key, value in converted.message.items() if key not in FIXED
    }
    expected = snapshot["expected"]
    assert told.keys() == expected.keys(), snapshot["about"]
    for key, value in expected.items():
        assert trimmed(told[key], value) == value, key
    assert [notice.code for notice in converted.notices] == snapshot.get("notices", [])
    assert len({item["id"] for item in told.get("output", [])}) == len(told.get("output", []))


def trimmed(found: Any, wanted: Any) -> Any:
    """``found`` without the fields that entries of ``wanted`` leave open."""
    if not isinstance(wanted, list) or len(found) != len(wanted):
        return found
    return [
        {key: value for key, value in entry.items() if key in wish} if is_open(wish) else entry
        for entry, wish in zip(found, wanted, strict=True)
    ]


def is_open(wish: Any) -> bool:
    return isinstance(wish, dict) and ("url" in wish or ("type" in wish and "id" not in wish))

"""Every kind of part as Open WebUI 0.12.4 would have stored it, written down by hand.

A case in ``golden/*.json`` holds fields of a LibreChat message and the fields that the message in
Open WebUI has to have, all of them but those that every message has. ``warnings`` are codes,
``stored`` the files to store first.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from migrator_core.convert.content.context import ChatScope
from migrator_core.convert.files.file_link import FileLink
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.message import Message
from tests.support.chat_checks import START, USER, convert_alone

GOLDEN = Path(__file__).parent / "golden"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['what']}")
    for path in sorted(GOLDEN.glob("*.json"))
    for case in json.loads(path.read_text("utf-8"))
]
COMMON = {"id", "parentId", "childrenIds", "role", "timestamp", "done", "models", "model"} | {
    "modelName",
    "modelIdx",
}


def links(entries: dict[str, dict[str, Any]]) -> dict[str, FileLink]:
    return {
        key: FileLink(value["id"], value["name"], value["type"], value.get("size", 1))
        for key, value in entries.items()
    }


@pytest.mark.parametrize("case", CASES)
def test_golden(case: dict[str, Any]) -> None:
    answer = case.get("role", "assistant") == "assistant"
    message = parse(
        Message, {"messageId": "m1", "isCreatedByUser": not answer, "text": "", **case["message"]}
    )
    scope = ChatScope(
        user=USER,
        owner_id="owner",
        conversation_id="c1",
        files=links(case.get("files", {})),
        paths=links(case.get("paths", {})),
        agents=case.get("agents", {}),
    )
    converted = convert_alone(message, scope, at=START)
    fields = {key: value for key, value in converted.message.items() if key not in COMMON}
    assert fields == case["expected"]
    assert [notice.code.value for notice in converted.notices] == case.get("warnings", [])
    stored = [
        {
            "id": file.row.id,
            "filename": file.row.filename,
            "content_type": file.row.meta["content_type"],
            "content": base64.b64encode(file.content).decode("ascii"),
        }
        for file in converted.embedded
    ]
    assert stored == case.get("stored", [])
    shown = json.dumps(fields)
    for file in case.get("stored", []):
        assert file["content"] not in shown
        assert file["id"] in converted.file_ids

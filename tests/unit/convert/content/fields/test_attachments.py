"""What tools attached to answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrator_core.chat_document import ChatMessage
from migrator_core.convert.content.context import ChatScope
from migrator_core.convert.files.file_link import FileLink
from tests.support.chat_checks import USER, answer, convert_alone

SCOPE = ChatScope(USER, "owner", "c1", files={"f": FileLink("ow-f", "f.png", "image/png", 1)})


def convert(**fields: Any) -> ChatMessage:
    return convert_alone(answer("a", "q", **fields), SCOPE).message


@pytest.mark.parametrize(
    ("attachment", "shown"),
    [
        ({"file_id": "f"}, "ow-f"),
        ({"file_id": "f", "toolCallId": "no such call"}, "ow-f"),
        ({"file_id": "gone", "filename": "gone.csv"}, "📎 gone.csv (file not migrated)"),
        ({"filename": "old.zip", "filepath": "/api/files/code/download/a/b", "expiresAt": 1},
         "📎 old.zip (file not migrated)"),
        ({"type": "memory", "memory": {"key": "k", "value": "v", "type": "update"}},
         "Memory updated: k = v"),
        ({"type": "memory", "memory": {"type": "error", "value": '{"errorType":"full"}'}},
         "Memory error: {"),
        ({"type": "ui_resources", "ui_resources": {"0": {"mimeType": "text/html", "text": "<b>"}}},
         "```html\n<b>\n```"),
        ({"type": "ui_resources", "ui_resources": [{"resource": {"text": "plain"}}]},
         "```\nplain\n```"),
        ({"type": "ui_resources", "ui_resources": [{"mimeType": "text/uri-list",
          "text": "javascript:alert(1)"}]}, "```\njavascript:alert(1)\n```"),
        ({"type": "ui_resources", "ui_resources": [{"blob": "AAEC", "mimeType": "image/png"}]},
         "image-"),
        ({"type": "web_search", "name": "w"}, None),
        ({"type": "hologram", "hologram": {"depth": 3}}, "attachment: hologram"),
        ("odd", "odd"),
    ],
)  # fmt: skip
def test_what_tools_attached_is_shown(attachment: object, shown: str | None) -> None:
    message = convert(content="Answer", attachments=[None, attachment])
    told = json.dumps(
        [message["content"], message.get("files"), message.get("statusHistory")], ensure_ascii=False
    )
    assert "Answer" in message["content"]
    if shown is None:
        assert message.keys() == convert(content="Answer").keys()
    else:
        assert json.dumps(shown, ensure_ascii=False)[1:-1] in told


def test_a_file_attached_twice_is_shown_once() -> None:
    message = convert(content="x", attachments=[{"file_id": "f"}, {"file_id": "f"}])
    assert len(message["files"]) == 1

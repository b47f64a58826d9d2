"""Links with a host or a base path: ours where the path proves it, word for word where not."""

from __future__ import annotations

import pytest

from migrator_core.convert.chats.references import find_references
from migrator_core.convert.content.context import ChatScope, PartContext
from migrator_core.convert.content.file_references.inline_links import replace_links
from migrator_core.convert.files.file_link import FileLink, content_url, file_link
from migrator_core.convert.files.file_records import convert_file
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.file import File
from migrator_core.librechat.documents.message import Message
from tests.unit.convert import documents as d

ME, OTHER = "65a000000000000000000001", "65a000000000000000000002"


def _link(file_id: str, name: str, content_type: str) -> FileLink:
    changes = {"file_id": file_id, "filename": name, "type": content_type}
    file = parse(File, d.FILE | changes)
    row = convert_file(file, owner_id="owner", size=1, sha256="", fallback=d.STARTED).row
    return file_link(row)


LEAF = _link("leaf", "leaf.png", "image/png")
REPORT = _link("report", "report.csv", "text/csv")
CONTEXT = PartContext(
    "message m1",
    ChatScope(ME, "owner", files={"report": REPORT}, paths={f"/images/{ME}/leaf.png": LEAF}),
)
PICTURE, DOWNLOAD = content_url(LEAF.target_id), content_url(REPORT.target_id)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"![leaf](http://localhost:3080/images/{ME}/leaf.png)", f"![leaf]({PICTURE})"),
        (f"![leaf](https://c.example/chat/images/{ME}/leaf.png?x=1)", f"![leaf]({PICTURE})"),
        (f"![leaf](<https://c.example/images/{ME}/leaf.png>)", f"![leaf]({PICTURE})"),
        (f"![leaf](/chat/images/{ME}/leaf.png)", f"![leaf]({PICTURE})"),
        (f"[r](https://c.example/api/files/download/{ME}/report)", f"[r]({DOWNLOAD})"),
        (f"See https://c.example/images/{ME}/leaf.png.", f"See ![leaf.png]({PICTURE})."),
        (f'<img src="https://c.example/images/{ME}/leaf.png">', f'<img src="{PICTURE}">'),
    ],
)
def test_our_own_files_are_found_behind_any_host(text: str, expected: str) -> None:
    linked = replace_links(text, CONTEXT)
    assert linked.text == expected
    assert linked.file_ids in ([LEAF.target_id], [REPORT.target_id])
    message = parse(Message, {"messageId": "m", "conversationId": "c", "text": text})
    found = find_references([message], ME)
    assert found.paths == {f"/images/{ME}/leaf.png"} or "report" in found.files


@pytest.mark.parametrize(
    "text",
    [
        f"![x](https://c.example/images/{OTHER}/leaf.png)",
        f"![x](https://c.example/images/{ME}/other.png)",
        "![x](https://c.example/images/leaf.png)",
        f"[x](https://c.example/api/files/download/{OTHER}/report)",
        "[x](https://c.example/api/files/report)",
        f"[x](https://c.example/images/{ME}/leaf.png/more)",
        "[docs](https://www.librechat.ai/docs/images/leaf.png) and https://example.org/uploads/a",
        f"`https://c.example/images/{ME}/leaf.png`",
        "[page](/about) and ![x](/static/images/leaf.png)",
    ],
)
def test_what_is_not_proved_to_be_ours_stays_word_for_word(text: str) -> None:
    linked = replace_links(text, CONTEXT)
    assert (linked.text, linked.file_ids, linked.notices) == (text, [], [])

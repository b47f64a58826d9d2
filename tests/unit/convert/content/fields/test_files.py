"""Files that people attached to their questions."""

from __future__ import annotations

import pytest

from migrator_core.convert.files.file_link import FileLink
from migrator_core.outcome import WarningCode
from tests.support.chat_checks import answer, convert, history, message

PNG = FileLink("00000000-0000-5000-8000-000000000001", "cat.png", "image/png", 610)
SVG = FileLink("00000000-0000-5000-8000-000000000002", "logo.svg", "image/svg+xml", 99)
PDF = FileLink("00000000-0000-5000-8000-000000000003", "report.pdf", "application/pdf", 1234)
FILES = {"png": PNG, "svg": SVG, "pdf": PDF}


def test_an_attached_file_looks_as_if_it_had_been_uploaded_in_open_webui() -> None:
    chat = convert(
        message("q", files=[{"file_id": "pdf", "filename": "old name.pdf"}]), files=FILES
    )
    (item,) = history(chat)["q"]["files"]
    assert len(item.pop("itemId")) == 36
    assert item == {
        "type": "file",
        "id": PDF.target_id,
        "url": PDF.target_id,
        "name": "report.pdf",
        "size": 1234,
        "content_type": "application/pdf",
        "collection_name": "",
        "status": "uploaded",
        "error": "",
        "file": {
            "id": PDF.target_id,
            "filename": "report.pdf",
            "meta": {"name": "report.pdf", "content_type": "application/pdf", "size": 1234},
        },
    }
    assert chat.row.chat["files"] == history(chat)["q"]["files"]
    assert chat.row.file_ids == (("q", PDF.target_id),)
    assert chat.notices == ()


def test_documents_belong_to_the_chat_and_pictures_to_their_message() -> None:
    rows = [
        message("q", files=[{"file_id": "png"}, {"file_id": "svg"}, {"file_id": "pdf"}]),
        answer("a", "q", at=1),
        message("q2", "a", at=2, files=[{"file_id": "pdf"}, "png", {"file_id": "pdf"}]),
    ]
    chat = convert(*rows, files=FILES)
    assert [item["name"] for item in history(chat)["q2"]["files"]] == ["report.pdf", "cat.png"]
    assert [item["id"] for item in chat.row.chat["files"]] == [SVG.target_id, PDF.target_id]
    assert {message_id for message_id, _ in chat.row.file_ids} == {"q"}
    assert len(chat.row.file_ids) == 3


def test_a_picture_at_an_answer_needs_its_whole_address() -> None:
    chat = convert(message("q"), answer("a", "q", files=[{"file_id": "png"}]), files=FILES)
    (item,) = history(chat)["a"]["files"]
    assert item["url"] == f"/api/v1/files/{PNG.target_id}/content"
    assert chat.row.chat["files"] == []


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ({"file_id": "gone", "filename": "gone.pdf"}, "gone.pdf"),
        ({"filename": "no-id.txt"}, "no-id.txt"),
        ({"file_id": None, "filename": "null.txt"}, "null.txt"),
        ({"file_id": {"$oid": "x"}, "filename": "odd.txt"}, "odd.txt"),
        ({"file_id": "gone", "filename": "a\nb\u202egpj.exe"}, "a bgpj.exe"),
        ({"file_id": "gone", "filepath": "https://s3.example/b/photo.png?X-Amz-Signature=secret"},
         "photo.png"),
        ({"file_id": "gone"}, "gone"),
        ("gone", "gone"),
        ({}, "file without a name"),
        (5, "5"),
        ([1], "file without a name"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_there_leaves_its_name(entry: object, name: str) -> None:
    chat = convert(message("q", text="See this", files=[entry, None]), files=FILES)
    assert history(chat)["q"]["content"] == f"See this\n\n📎 {name} (file not migrated)"
    assert "files" not in history(chat)["q"]
    assert [notice.code for notice in chat.notices] == [WarningCode.FILE_REFERENCE_LOST]
    assert chat.notices[0].detail.endswith(name)
    assert chat.row.file_ids == ()

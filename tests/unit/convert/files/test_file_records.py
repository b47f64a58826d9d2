from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.files.file_link import FileLink, file_link
from migrator_core.convert.files.file_records import convert_file, skip_reason
from migrator_core.convert.ids import file_id
from migrator_core.convert.result import Converted, Skipped
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.file import File
from migrator_core.outcome import Reason, WarningCode
from migrator_core.rows import FileRow
from tests.unit.convert import documents as d

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
SHA = "ab" * 32


def _convert(**changes: Any) -> Converted[FileRow]:
    file = parse(File, d.FILE | changes)
    return convert_file(file, owner_id="owner", size=612, sha256=SHA, fallback=d.STARTED)


def test_a_file_arrives_with_its_text_and_provenance() -> None:
    target = file_id(d.ALICE, d.FILE["file_id"])
    result = _convert()
    assert result.notices == ()
    assert result.row == FileRow(
        id=target,
        user_id="owner",
        filename="report.pdf",
        stored_name=f"{target}_report.pdf",
        data={"status": "completed", "content": "extracted"},
        meta={
            "name": "report.pdf",
            "content_type": "application/pdf",
            "size": 612,
            "file_hash": SHA,
            "librechat": {
                "file_id": d.FILE["file_id"],
                "_id": d.FILE["_id"],
                "created_at": 1_700_000_000,
                "context": "message_attachment",
                "embedded": False,
            },
        },
        created_at=1_700_000_000,
        updated_at=1_710_000_000,
    )
    assert file_link(result.row) == FileLink(
        target, "report.pdf", "application/pdf", 612, has_text=True, characters=9
    )


def test_without_extracted_text_nothing_claims_to_be_processed() -> None:
    assert _convert(text=None).row.data == {}


def test_the_page_of_a_preview_is_not_what_a_document_says() -> None:
    converted = _convert(text="<html><body>Prices</body></html>", textFormat="html")
    assert converted.row.data == {}
    assert _convert(text="Prices", textFormat="text").row.data["content"] == "Prices"


def test_text_that_cannot_be_stored_as_it_was_is_reported() -> None:
    result = _convert(text="a\x00b")
    assert result.row.data["content"] == "ab"
    assert [notice.code for notice in result.notices] == [WarningCode.TEXT_REPAIRED]


def test_a_file_without_an_id_cannot_be_referred_to() -> None:
    with pytest.raises(InvalidDocumentError, match="file_id"):
        parse(File, d.FILE | {"file_id": " "})


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"source": "s3"}, "s3"),
        ({"source": "text", "filepath": "/app/uploads/temp/u/x"}, "text"),
        ({"source": "vectordb", "filepath": "vectordb"}, "vectordb"),
        ({"source": "openai"}, "openai"),
        ({"filepath": "https://bucket.example/key?X-Amz-Signature=abc"}, "https://bucket.example"),
        ({"filepath": "https://user:pw@host.example/key"}, "https://host.example"),
        ({"source": None, "filepath": "s3://bucket/key"}, "s3://bucket"),
    ],
)
def test_files_kept_elsewhere_are_skipped_without_giving_links_away(
    changes: dict[str, Any], detail: str
) -> None:
    assert skip_reason(parse(File, d.FILE | changes)) == Skipped(Reason.REMOTE_STORAGE, detail)


@pytest.mark.parametrize(
    "changes",
    [{}, {"source": None}, {"source": "LOCAL"}, {"source": 7}, {"filepath": None}],
)
def test_local_files_are_looked_for(changes: dict[str, Any]) -> None:
    assert skip_reason(parse(File, d.FILE | changes)) is None

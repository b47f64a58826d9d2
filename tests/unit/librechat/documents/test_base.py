from __future__ import annotations

import pytest
from pydantic import Field

from migrator_core.librechat.documents.base import (
    Identifier,
    InvalidDocumentError,
    Name,
    References,
    SourceModel,
    String,
    parse,
)


class _Document(SourceModel):
    id: Identifier = Field(alias="_id")
    name: Name = "x"
    text: String = None
    references: References = Field(default_factory=list)


@pytest.mark.parametrize(
    ("raw", "identifier"),
    [("64CA1DB05F9D88C1AA1A2B01", "64ca1db05f9d88c1aa1a2b01"), (" own-id ", "own-id"), (17, "17")],
)
def test_ids_are_read_in_every_form(raw: object, identifier: str) -> None:
    assert parse(_Document, {"_id": raw}).id == identifier


@pytest.mark.parametrize("raw", [None, "", " ", "null", True, 1.5, [], {}, b"x"])
def test_a_document_without_a_usable_id_is_refused(raw: object) -> None:
    with pytest.raises(InvalidDocumentError, match="_id"):
        parse(_Document, {"_id": raw})


def test_a_number_too_long_to_print_is_no_id() -> None:
    with pytest.raises(InvalidDocumentError, match="_id"):
        parse(_Document, {"_id": 10**6000})


def test_a_missing_id_is_named() -> None:
    with pytest.raises(InvalidDocumentError, match="_id"):
        parse(_Document, {})


def test_a_name_keeps_its_letter_case() -> None:
    assert parse(_Document, {"_id": 1, "name": "file-ABCDEFGHIJKLMNOPQRS"}).name.endswith("QRS")
    with pytest.raises(InvalidDocumentError, match="name"):
        parse(_Document, {"_id": 1, "name": " "})


def test_damage_does_not_read_as_text_or_reference() -> None:
    data = {"_id": 1, "text": 5, "references": ["A" * 24, None, 3, "", "null", "x"]}
    document = parse(_Document, data)
    assert document.text is None
    assert document.references == ["a" * 24, "x"]

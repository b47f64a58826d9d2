"""Files of which only the text was kept."""

from __future__ import annotations

import pytest

from migrator_core.convert.files.text_only import as_text_file, text_only
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.file import File
from tests.unit.convert import documents as d


def _file(**changes: object) -> File:
    return parse(File, d.FILE | changes)


@pytest.mark.parametrize("text", [None, "", "  \n", "\x00"])
def test_a_record_without_a_text_is_no_file(text: str | None) -> None:
    assert text_only(_file(text=text)) is None


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [
        ("memo.txt", "text/plain", ("memo.txt", "text/plain")),
        ("notes.md", "text/markdown", ("notes.md", "text/markdown")),
        ("scan.pdf", "application/pdf", ("scan.pdf.txt", "text/plain")),
        ("harvest.xlsx", None, ("harvest.xlsx.txt", "text/plain")),
    ],
)
def test_its_name_and_type_say_that_it_is_text(
    name: str, content_type: str | None, expected: tuple[str, str]
) -> None:
    file = _file(filename=name, type=content_type, text="Graft the quince.")
    assert text_only(file) == "Graft the quince."
    made = as_text_file(file)
    assert (made.filename, made.type) == expected

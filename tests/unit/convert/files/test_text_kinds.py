"""Which files have a text, and how it is read."""

from __future__ import annotations

import pytest

from migrator_core.convert.files.text_kinds import reading_of
from migrator_core.item import Reading
from migrator_core.rows import FileRow

PLAIN, LOADER, NOTHING = Reading.PLAIN, Reading.LOADER, Reading.NOTHING
OCTETS = "application/octet-stream"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [
        ("notes.txt", "text/plain", PLAIN),
        ("harvest.CSV", OCTETS, PLAIN),
        ("orchard.md", "text/markdown", PLAIN),
        ("data.json", "application/json", PLAIN),
        ("Dockerfile", OCTETS, PLAIN),
        ("page.html", "text/html", LOADER),
        ("report.pdf", "application/pdf", LOADER),
        ("letter", DOCX, LOADER),
        ("prices.xlsx", OCTETS, LOADER),
        ("types.ts", "video/mp2t", PLAIN),
        ("film.mp4", "video/mp4", NOTHING),
        ("song.mp3", "audio/mpeg", NOTHING),
        ("plum.png", "image/png", NOTHING),
        ("plum.svg", "image/svg+xml", PLAIN),
        ("plum.svg", "image/png", NOTHING),  # LibreChat made a picture of it
        ("things.zip", "application/zip", NOTHING),
        ("unknown", OCTETS, NOTHING),
    ],
)
def test_a_text_is_known_by_its_name_and_type(
    name: str, content_type: str, expected: Reading
) -> None:
    meta = {"content_type": content_type}
    assert reading_of(FileRow("f", "u", name, name, {}, meta, 0, 0)) is expected

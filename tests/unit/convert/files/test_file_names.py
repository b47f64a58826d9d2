"""Names of files, to show and to store."""

from __future__ import annotations

import mimetypes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.files.file_names import safe_filename, stored_name

ID = "00000000-0000-5000-8000-000000000001"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Отчёт — 2025 🚀.md", "Отчёт — 2025 🚀.md"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\secret.txt", "secret.txt"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        (None, "file"),
        ("evil\u202etxt.exe\nline2", "eviltxt.exe line2"),
        ("cafe\u0301.txt", "café.txt"),
        ("\x00\x01a\ud800.pdf", "a.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
        ("folder/", "folder"),
    ],
)
def test_names_are_safe_to_show(name: str | None, expected: str) -> None:
    assert safe_filename(name) == expected


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [
        ("report.pdf", "application/pdf", "report.pdf"),
        ("holiday.jpg", "image/webp", "holiday.webp"),
        ("photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("photo", "image/png", "photo.png"),
        ("notes.txt", "image/png", "notes.txt.png"),
        ("x.png", "application/octet-stream", "x.png"),
        ('a?b#c%d:"e".txt', "text/plain", "a_b_c_d__e_.txt"),
        (".hidden", "text/plain", "hidden"),
    ],
)
def test_stored_names_say_what_the_file_is(name: str, content_type: str, expected: str) -> None:
    assert stored_name(ID, name, content_type) == f"{ID}_{expected}"


@given(st.text(st.characters(codec=None), max_size=400), st.sampled_from(["image/png", "text/x"]))
def test_stored_names_suit_every_storage(name: str, content_type: str) -> None:
    shown = safe_filename(name)
    assert 0 < len(shown) <= 255
    assert not set(shown) & set("/\\\x00\n\r\u202e")
    stored = stored_name(ID, shown, content_type)
    assert stored.startswith(f"{ID}_")
    assert len(stored) > len(ID) + 1
    assert len(stored.encode("utf-8")) <= 200
    assert not set(stored) & set("/\\\x00\n\r?#%\u202e")


def test_a_long_name_keeps_its_extension_in_storage() -> None:
    stored = stored_name(ID, "ж" * 200 + ".docx", "text/plain")
    assert stored.endswith(".docx")
    assert 190 <= len(stored.encode()) <= 200


@pytest.mark.parametrize(
    "name",
    [
        "page.html",
        "PAGE.HTM",
        "drawing.svg",
        "page.html.gz",
        "drawing.svgz",
        "page.html. ",
        "page.xhtml",
        "feed.xml",
        "saved.mhtml",
        "sheet.xsl",
        "code.js",
        ".html",
        "x" * 154 + ".html" + "~" * 90,
        "x" * 158 + ".html" + "~" * 90,
    ],
)
def test_no_stored_name_makes_a_web_server_serve_a_page(name: str) -> None:
    for content_type in ("text/html", "image/svg+xml", "text/plain"):
        meant = mimetypes.guess_type(stored_name(ID, name, content_type))[0]
        assert meant in {None, "application/octet-stream", "text/plain"}

"""MIME types of files."""

from __future__ import annotations

import pytest

from migrator_core.convert.files.content_types import safe_content_type


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("image/PNG", "image/png"),
        ("text/plain; charset=utf-8", "text/plain"),
        ("application/vnd.ms-excel", "application/vnd.ms-excel"),
        ("png", "application/octet-stream"),
        ("text/html\r\nX-Evil: 1", "application/octet-stream"),
        ("a/b/c", "application/octet-stream"),
        ("x" * 10_000, "application/octet-stream"),
        (None, "application/octet-stream"),
    ],
)
def test_content_types_are_well_formed(value: str | None, expected: str) -> None:
    assert safe_content_type(value) == expected

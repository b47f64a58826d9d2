"""Which addresses a message may lead to."""

from __future__ import annotations

import pytest

from migrator_core.convert.content.file_references.showing import remote_link


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://example.org/a?b=c&d=%20#e", "[x](https://example.org/a?b=c&d=%20#e)"),
        ("HTTP://example.org/a (1).png", "[x](HTTP://example.org/a%20%281%29.png)"),
        ("https://example.org/ä\n)", "[x](https://example.org/%C3%A4%0A%29)"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https://", None),
        ("", None),
    ],
)
def test_only_the_web_is_linked_to(address: str, link: str | None) -> None:
    assert remote_link(address, "x") == link

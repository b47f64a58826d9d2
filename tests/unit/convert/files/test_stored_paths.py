"""Which paths a message may lead to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator_core.convert.files.stored_paths import own_path
from tests.support.chat_checks import USER


@pytest.mark.parametrize(
    ("filepath", "path"),
    [
        (f"/images/{USER}/a.png", f"/images/{USER}/a.png"),
        (f"/uploads/{USER}/a b.csv", f"/uploads/{USER}/a b.csv"),
        (f"/images/{USER}/a%20b.png?manual=true#x", f"/images/{USER}/a b.png"),
        (f" /images/{USER.upper()}/a.png ", f"/images/{USER}/a.png"),
        ("/images/65cd06a85f9d88c1aa1a2b02/a.png", None),
        (f"/images/{USER}/../65cd06a85f9d88c1aa1a2b02/a.png", None),
        (f"/images/{USER}/%2e%2e", None),
        (f"/images/{USER}/%2e%2e%2fa.png", None),
        (f"/images/{USER}/..\\a.png", None),
        (f"/images/{USER}/a%00.png", None),
        (f"/images/{USER}/", None),
        (f"/etc/{USER}/passwd", None),
        (f"images/{USER}/a.png", None),
        (f"https://example.org/images/{USER}/a.png", None),
        ("", None),
    ],
)
def test_only_the_users_own_files_are_looked_for(filepath: str, path: str | None) -> None:
    assert own_path(filepath, USER) == path
    assert own_path(filepath, "") is None


@given(st.text(), st.text())
def test_a_path_found_is_below_the_users_own_folder(before: str, after: str) -> None:
    for filepath in (before, f"/images/{USER}/{after}", f"/uploads/{before}/{after}"):
        path = own_path(filepath, USER)
        if path is not None:
            assert path.startswith((f"/images/{USER}/", f"/uploads/{USER}/"))
            assert path.count("/") == 3
            assert not path.endswith(("/.", "/.."))

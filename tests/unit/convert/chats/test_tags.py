from __future__ import annotations

import pytest

from migrator_core.convert.chats.tags import tag_row
from migrator_core.rows import TagRow


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("work", TagRow("work", "work", "a")),
        (" Über\nwichtig ", TagRow("über_wichtig", "Über wichtig", "a")),
        ("None", TagRow("none_(tag)", "None (tag)", "a")),
        ("数据", TagRow("数据", "数据", "a")),
        ("\x00 \u202e", None),
        ("", None),
    ],
)
def test_tags_keep_their_name_and_get_open_webuis_id(name: str, row: TagRow | None) -> None:
    assert tag_row(name, "a") == row


def test_a_huge_tag_fits_into_an_index() -> None:
    row = tag_row("😀" * 10_000, "a" * 36)
    assert row is not None
    assert len(row.id.encode()) < 2000

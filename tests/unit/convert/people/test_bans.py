"""Whom LibreChat had banned."""

from __future__ import annotations

import json
from typing import Any

import pytest

from migrator_core.convert.people.bans import banned_users
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.log_entry import LogEntry

USER = "65a000000000000000000001"
NOW = 1_700_000_000_000


def _entry(key: str, value: Any) -> LogEntry:
    return parse(LogEntry, {"_id": "1", "key": key, "value": value})


@pytest.mark.parametrize(
    ("key", "value", "banned"),
    [
        (f"BANS:{USER}", {"value": {"expiresAt": NOW + 1}, "expires": NOW + 1}, True),
        (f"BANS:{USER}", {"value": {"expiresAt": NOW}, "expires": NOW}, False),
        (f"BANS:{USER}", {"value": {"type": "ban"}, "expires": None}, True),
        (f"ban:ban_cache:user:{USER}", {"value": True, "expires": NOW + 1}, True),
        ("BANS:10.0.0.1", {"value": {"expiresAt": NOW + 1}}, False),
        (f"logins:{USER}", {"value": 3, "expires": NOW + 1}, False),
    ],
)
def test_who_is_banned(key: str, value: Any, banned: bool) -> None:
    for form in (value, json.dumps(value)):
        assert (USER in banned_users([_entry(key, form)], NOW)) is banned


def test_damaged_notes_ban_nobody_else() -> None:
    assert "nobody" not in banned_users([_entry("BANS:", "["), _entry("x", 7)], NOW)

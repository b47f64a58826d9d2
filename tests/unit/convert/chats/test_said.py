"""Who wrote a message."""

from __future__ import annotations

import pytest

from migrator_core.convert.chats.said import role_of
from tests.support.chat_checks import message


@pytest.mark.parametrize(
    ("flag", "sender", "role"),
    [
        (True, "GPT-4", "user"),
        (False, "User", "assistant"),
        (None, "User", "user"),
        (None, "user", "user"),
        (None, "assistant", "assistant"),
        (None, "GPT-4", "assistant"),
        (None, None, "assistant"),
        ("true", "user", "user"),
    ],
)
def test_the_flag_tells_who_wrote_it_and_the_sender_only_without_it(
    flag: object, sender: object, role: str
) -> None:
    assert role_of(message("m", isCreatedByUser=flag, sender=sender)) == role

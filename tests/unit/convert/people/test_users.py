from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.ids import user_id
from migrator_core.convert.people.users import convert_user, usable_hash
from migrator_core.convert.result import Converted
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.user import User
from migrator_core.outcome import WarningCode
from migrator_core.rows import UserRow
from tests.unit.convert import documents as d

PICTURE = "data:image/png;base64,AAAA"


def _convert(**changes: Any) -> Converted[UserRow]:
    user = parse(User, d.USER | changes)
    return convert_user(user, avatar=PICTURE, fallback=d.STARTED)


def _codes(result: Converted[UserRow]) -> list[WarningCode]:
    return [notice.code for notice in result.notices]


def test_an_ordinary_user_arrives_whole_and_without_a_warning() -> None:
    result = _convert()
    assert result.notices == ()
    assert result.row == UserRow(
        id=user_id(d.ALICE),
        email="alice@example.com",
        name="Alice Anders",
        username="alice",
        profile_image_url=PICTURE,
        password_hash=d.HASH,
        created_at=1_700_000_000,
        updated_at=1_710_000_000,
        last_active_at=1_710_000_000,
        info={
            "librechat": {
                "id": d.ALICE,
                "created_at": 1_700_000_000,
                "role": "USER",
                "provider": "local",
                "username": "alice",
                "email_verified": True,
                "two_factor": False,
            }
        },
    )


@pytest.mark.parametrize(
    ("name", "username", "expected"),
    [
        (None, "alice", ("alice", "alice")),
        ("  \u202e ", None, ("alice", None)),
        (None, "", ("alice", None)),
        ("Ann\x00a\nB", "x" * 60, ("Anna B", "x" * 50)),
        ("هايدي", "heidi_ﷺ", ("هايدي", "heidi_ﷺ")),
    ],
)
def test_every_account_has_a_name(
    name: str | None, username: str | None, expected: tuple[str, str | None]
) -> None:
    row = _convert(name=name, username=username).row
    assert (row.name, row.username) == expected


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "$argon2id$v=19$m=65536"}, WarningCode.PASSWORD_UNUSABLE),
        ({"password": d.HASH[:-1]}, WarningCode.PASSWORD_UNUSABLE),
        ({"password": d.HASH.replace("$10$", "$16$")}, WarningCode.PASSWORD_SLOW),
        ({"twoFactorEnabled": True}, WarningCode.TWO_FACTOR_DROPPED),
        ({"plugins": ["google", {"odd": 1}]}, WarningCode.SETTING_DROPPED),
        ({"role": "ADMIN"}, WarningCode.ADMIN_DEMOTED),
        ({"createdAt": None}, WarningCode.DATE_REPAIRED),
    ],
)
def test_what_does_not_arrive_is_reported_with_the_account(
    changes: dict[str, Any], code: WarningCode
) -> None:
    result = _convert(**changes)
    assert _codes(result) == [code]
    assert "alice@example.com" in result.notices[0].detail


def test_an_unusable_hash_never_reaches_the_account() -> None:
    assert _convert(password="md5:abc").row.password_hash == ""


@pytest.mark.parametrize("avatar", ["/images/u/gone.png", "https://lh3.example/a"])
def test_a_lost_picture_is_reported_and_replaced(avatar: str) -> None:
    user = parse(User, d.USER | {"avatar": avatar})
    result = convert_user(user, avatar=None, fallback=d.STARTED)
    assert _codes(result) == [WarningCode.AVATAR_LOST]
    assert result.row.profile_image_url == "/user.png"


def test_who_never_had_a_picture_has_lost_none() -> None:
    user = parse(User, d.USER | {"avatar": ""})
    assert convert_user(user, avatar=None, fallback=d.STARTED).notices == ()


def test_a_user_without_an_address_is_refused() -> None:
    with pytest.raises(InvalidDocumentError, match="email"):
        _convert(email="nobody")


@pytest.mark.parametrize(
    ("password_hash", "usable"),
    [
        (d.HASH, True),
        (d.HASH.replace("$2a$", "$2b$"), True),
        (d.HASH.replace("$2a$", "$2y$"), True),
        (d.HASH.replace("$2a$", "$2$"), False),
        (d.HASH.replace("$2a$", "$2x$"), False),
        (d.HASH.replace("$10$", "$03$"), False),
        (d.HASH.replace("$10$", "$16$"), True),
        (d.HASH.replace("$10$", "$17$"), False),
        (d.HASH.replace("$10$", "$31$"), False),
        (d.HASH + "\n", False),
        (d.HASH + "a", False),
        ("", False),
        (None, False),
    ],
)
def test_only_hashes_the_server_can_check_in_reasonable_time(
    password_hash: str | None, usable: bool
) -> None:
    assert usable_hash(password_hash) is usable


def test_a_hash_called_usable_signs_in_and_only_with_its_password() -> None:
    import bcrypt  # noqa: PLC0415 - only Open WebUI's own library proves it

    password = "Correct-Horse-7!"
    for prefix in (b"2a", b"2b"):
        hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4, prefix=prefix)).decode()
        copied = _convert(password=hashed).row.password_hash
        assert bcrypt.checkpw(password.encode(), copied.encode())
        assert not bcrypt.checkpw(b"other", copied.encode())


def test_who_was_banned_waits_for_an_administrator() -> None:
    user = parse(User, d.USER)
    result = convert_user(user, avatar=PICTURE, fallback=d.STARTED, banned=True)
    assert result.row.pending
    assert _codes(result) == [WarningCode.ACCOUNT_BANNED]
    assert not _convert().row.pending

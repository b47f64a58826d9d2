"""LibreChat's users as Open WebUI's accounts."""

from __future__ import annotations

import re

from migrator_core.convert.cleaning import clean_json, single_line
from migrator_core.convert.dates import row_dates, seconds
from migrator_core.convert.ids import user_id
from migrator_core.convert.people.addresses import normalise_email
from migrator_core.convert.people.external import links_of, provider_of
from migrator_core.convert.result import Converted, notice
from migrator_core.librechat.documents.base import InvalidDocumentError
from migrator_core.librechat.documents.user import User
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import JsonDict, UserRow

DEFAULT_PICTURE = "/user.png"
"""Open WebUI's own picture for accounts without one (0.12, ``utils/validate.py``)."""

MAX_NAME = 255
MAX_USERNAME = 50
"""Code points; the column's width, which PostgreSQL enforces (0.12, ``models/users.py``)."""

# 22 characters of salt and 31 of checksum behind a two-digit cost. bcrypt allows costs up to 31,
# but each step doubles the time: beyond 16 every sign-in would keep the server busy for seconds,
# beyond 20 for minutes.
SLOW_COST = 15
"""About two seconds on a server of today; LibreChat itself writes 10."""

_BCRYPT = re.compile(r"\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}")


def usable_hash(password_hash: str | None) -> bool:
    """Whether Open WebUI can check passwords against this hash: bcrypt, cost 4 to 16.

    The server hands everything but Argon2 to ``bcrypt.checkpw`` (0.12, ``utils/auth.py``), which
    takes ``$2a$``, ``$2b$`` and ``$2y$``; LibreChat's bcryptjs writes the first two.
    """
    if password_hash is None or _BCRYPT.fullmatch(password_hash) is None:
        return False
    try:
        from passlib.hash import bcrypt  # noqa: PLC0415 - a stock Open WebUI lacks it
    except ImportError:
        return True
    try:
        # Knows more than the pattern: salts whose last character has bits that must not be set.
        bcrypt.from_string(password_hash)
    except ValueError:
        return False
    return True


def slow_hash(password_hash: str) -> bool:
    """Whether checking a password against this usable hash takes the server seconds."""
    return int(password_hash[4:6]) >= SLOW_COST


def convert_user(
    user: User, *, avatar: str | None, fallback: int, banned: bool = False
) -> Converted[UserRow]:
    """The account for a user who has been decided to become one.

    Args:
        user: the document.
        avatar: the picture as a ``data:`` URI, None where the backup has none.
        fallback: the run's start in seconds, for dates that are missing.
        banned: LibreChat does not let this user in; an administrator has to decide here.

    Raises:
        InvalidDocumentError: the user has no usable e-mail address.
    """
    email = normalise_email(user.email)
    if email is None:
        raise InvalidDocumentError("email: is no address")
    username = single_line(user.username, limit=MAX_USERNAME)
    name = single_line(user.name, limit=MAX_NAME) or username
    dates = row_dates(user.created_at, user.updated_at, user.id, fallback)
    password_hash = (user.password or "").strip()
    usable = usable_hash(password_hash)
    row = UserRow(
        id=user_id(user.id),
        email=email,
        name=name or email.partition("@")[0],
        username=username or None,
        profile_image_url=avatar or DEFAULT_PICTURE,
        password_hash=password_hash if usable else "",
        created_at=dates.created,
        updated_at=dates.updated,
        last_active_at=dates.updated,
        info={"librechat": _provenance(user)},
        pending=banned,
        oauth=links_of(user) if provider_of(user) else {},
    )
    notices = _notices(user, email, usable=usable, avatar=avatar, fallback=fallback)
    if banned:
        detail = f"{email}: waits for an administrator's approval"
        notices = (notice(WarningCode.ACCOUNT_BANNED, detail), *notices)
    return Converted(row, notices)


def slow_password(email: str) -> Notice:
    """The warning about a password that is expensive to check."""
    detail = f"{email}: each sign-in keeps the server busy for seconds; set a new password"
    return notice(WarningCode.PASSWORD_SLOW, detail)


def _provenance(user: User) -> JsonDict:
    created = None if user.created_at is None else user.created_at // 1000
    facts: JsonDict = {
        "id": user.id,
        "created_at": created,
        "role": user.role,
        "provider": user.provider,
        "username": user.username,
        "email_verified": user.email_verified,
        "two_factor": user.two_factor_enabled,
    }
    result: JsonDict = clean_json(facts)
    return result


def _notices(
    user: User, email: str, *, usable: bool, avatar: str | None, fallback: int
) -> tuple[Notice, ...]:
    notices: list[Notice] = []
    if not usable and not provider_of(user):
        detail = f"{email}: the password hash is not bcrypt as Open WebUI reads it"
        notices.append(notice(WarningCode.PASSWORD_UNUSABLE, detail))
    elif usable and slow_hash((user.password or "").strip()):
        notices.append(slow_password(email))
    if user.two_factor_enabled:
        detail = f"{email}: signs in without a second factor until it is set up again"
        notices.append(notice(WarningCode.TWO_FACTOR_DROPPED, detail))
    if user.plugins:
        many = "1 plug-in" if len(user.plugins) == 1 else f"{len(user.plugins):,} plug-ins"
        detail = f"{email}: {many} that the person had switched on"
        notices.append(notice(WarningCode.SETTING_DROPPED, detail))
    if (user.role or "").strip().upper() == "ADMIN":
        detail = f"{email}: was an administrator of LibreChat"
        notices.append(notice(WarningCode.ADMIN_DEMOTED, detail))
    if avatar is None and user.avatar and user.avatar.strip():
        notices.append(notice(WarningCode.AVATAR_LOST, f"{email}: the profile picture"))
    if seconds(user.created_at, fallback) is None:
        detail = f"{email}: the date of registration is missing or impossible"
        notices.append(notice(WarningCode.DATE_REPAIRED, detail))
    return tuple(notices)

"""Accounts and groups, compared.

Open WebUI notes no date where somebody changes an account (``models/users.py:
update_user_by_id``, 0.10 to 0.12). What else it changes with it tells a person's hand: both copies
of an e-mail address, the stamp of a session with a password (0.12).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator_core.openwebui.contents.settings import setting_things
from migrator_core.openwebui.verifying.columns import compare_columns
from migrator_core.openwebui.verifying.facts import Facts, Gap, Rows, Values, by_touch, one, same
from migrator_core.verification import Difference

_CHANGED = Difference.CHANGED_IN_OPEN_WEBUI
_OWN_HASH = re.compile(r"\$2b\$\d\d\$[./A-Za-z0-9]{53}|\$argon2\w+\$.+")
"""What Open WebUI itself stores (``utils/auth.py: get_password_hash``, 0.10 to 0.12)."""
_ROLES = ("user", "pending")


def compare_account(expected: Rows, actual: Rows, facts: Facts) -> Iterator[Gap]:
    """An account: who it is, what it may do, how it signs in."""
    wanted, user = expected["user"][0], actual["user"][0]
    auth = one(actual, "auth")
    yield from _email(wanted, user, auth)
    yield from _role(user)
    for column in ("name", "username", "profile_image_url"):
        if column in wanted and not same(wanted[column], user.get(column)):
            yield Gap(_CHANGED, column)
    for thing in setting_things():
        chosen = thing.digest(wanted)
        if chosen is not None and chosen != thing.digest(user):
            yield Gap(_CHANGED, thing.name)
    if not same(wanted["info"].get("librechat", {}).get("id"), _origin(user)):
        yield Gap(Difference.DIFFERS, "info: the account in LibreChat")
    yield from _links(wanted.get("oauth"), user.get("oauth"))
    if auth is None:
        yield Gap(Difference.MISSING, "auth: nobody can sign in")
        return
    was_here = facts.touched(wanted, user, "last_active_at")
    yield from compare_password(expected["auth"][0], auth, was_here=was_here)
    if not auth.get("active"):
        yield Gap(Difference.DIFFERS, "auth: active")


def compare_password(expected: Values, auth: Values, *, was_here: bool) -> Iterator[Gap]:
    """The hash; ``was_here`` says that the person has signed in since."""
    if auth.get("password") == expected["password"]:
        return
    own = _OWN_HASH.fullmatch(auth.get("password") or "") is not None
    if "session_stamp" in expected:
        by_hand = auth.get("session_stamp") != expected["session_stamp"]
    else:
        by_hand = was_here
    yield Gap(by_touch(own and by_hand), "password")


def compare_group(expected: Rows, actual: Rows, others: Rows, facts: Facts) -> Iterator[Gap]:
    """A group, what it permits, and who is in it."""
    wanted, group = expected["group"][0], actual["group"][0]
    touched = facts.touched(wanted, group)
    yield from compare_columns("group", wanted, group, facts)
    if _permits(group.get("permissions")):
        yield Gap(_CHANGED if touched else Difference.UNEXPECTED, "permissions")
    members = {row["user_id"] for row in expected.get("group_member", ())}
    present = {
        row["user_id"] for rows in (actual, others) for row in rows.get("group_member") or ()
    }
    for account in sorted(members - present):
        by_people = touched or not facts.is_there("user", account)
        yield Gap(_CHANGED if by_people else Difference.MISSING, f"member {account}")
    for account in sorted(present - members):
        yield Gap(_CHANGED if touched else Difference.UNEXPECTED, f"member {account}")


def _links(wanted: object, there: object) -> Iterator[Gap]:
    """What providers call the person. Open WebUI adds others where somebody signs in by them."""
    for provider, link in wanted.items() if isinstance(wanted, dict) else ():
        if not isinstance(there, dict) or not same(link, there.get(provider)):
            yield Gap(Difference.DIFFERS, f"oauth: the link to {provider}")


def _email(wanted: Values, user: Values, auth: Values | None) -> Iterator[Gap]:
    shown = user.get("email")
    signs_in = shown if auth is None else auth.get("email")
    if shown != signs_in:
        yield Gap(Difference.DIFFERS, "email: not the one of auth")
    elif shown != wanted["email"]:
        yield Gap(_CHANGED, "email")


def _role(user: Values) -> Iterator[Gap]:
    role = user.get("role")
    if role == "admin":
        yield Gap(Difference.UNEXPECTED, "role: admin")
    elif role not in _ROLES:
        yield Gap(Difference.DIFFERS, "role")
    elif role != "user":
        yield Gap(_CHANGED, "role")


def _origin(user: Values) -> object:
    info = user.get("info")
    ours = info.get("librechat") if isinstance(info, dict) else None
    return ours.get("id") if isinstance(ours, dict) else None


def _permits(permissions: object) -> bool:
    """Whether anything in it is switched on."""
    if isinstance(permissions, dict):
        return any(map(_permits, permissions.values()))
    return permissions is True

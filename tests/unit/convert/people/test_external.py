"""Where people without a password sign in, and what Open WebUI keeps of that."""

from __future__ import annotations

from typing import Any

import pytest

from migrator_core.convert.people.accounts import Fate, identity_of, plan_accounts
from migrator_core.convert.people.external import links_of, provider_of, what_to_set
from migrator_core.convert.people.users import convert_user
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.user import User

HASH = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"


def _user(**fields: Any) -> User:
    return parse(User, {"_id": "65a000000000000000000001", "email": "a@x.org", **fields})


@pytest.mark.parametrize(
    ("fields", "provider", "links"),
    [
        ({"provider": "openid", "openidId": " s1 "}, "openid", {"oidc": {"sub": "s1"}}),
        ({"provider": "google", "googleId": "1"}, "google", {"google": {"sub": "1"}}),
        ({"provider": "GitHub", "githubId": "2"}, "github", {"github": {"sub": "2"}}),
        ({"provider": "saml", "samlId": "x"}, "saml", {}),
        ({"provider": "ldap"}, "ldap", {}),
        ({"provider": "saml", "googleId": "1"}, "saml", {"google": {"sub": "1"}}),
        (
            {"provider": "google", "googleId": "1", "openidId": "s"},
            "google",
            {"google": {"sub": "1"}},
        ),
        ({"provider": "local", "githubId": "2"}, "github", {"github": {"sub": "2"}}),
        ({"openidId": "s" * 300, "provider": "openid"}, "openid", {}),
        ({"openidId": "s\x00", "provider": "openid"}, "openid", {}),
        ({"openidId": {"$ne": 1}, "provider": "openid"}, "openid", {}),
        ({"provider": "local"}, "", {}),
        ({}, "", {}),
    ],
)
def test_who_signs_in_where(
    fields: dict[str, Any], provider: str, links: dict[str, dict[str, str]]
) -> None:
    user = _user(**fields)
    assert provider_of(user) == provider
    assert links_of(user) == links
    assert provider_of(_user(**fields, password=HASH)) == ""
    row = convert_user(user, avatar=None, fallback=1).row
    assert row.oauth == links
    assert row.password_hash == ""


@pytest.mark.parametrize(("external", "fate"), [(True, Fate.CREATE), (False, Fate.SKIP)])
def test_they_become_accounts_where_that_is_wanted(external: bool, fate: Fate) -> None:
    one = identity_of(_user(provider="google", googleId="1"), external=external)
    assert plan_accounts([one]).decisions[one.source_id].fate is fate
    nobody = identity_of(_user(), external=external)
    assert plan_accounts([nobody]).decisions[nobody.source_id].fate is Fate.SKIP


def test_of_two_with_one_address_the_one_with_a_password_is_kept() -> None:
    old = identity_of(_user(provider="google", googleId="1", createdAt=1), external=True)
    new = identity_of(_user(_id="65a000000000000000000002", password=HASH), external=True)
    plan = plan_accounts([old, new])
    assert plan.decisions[new.source_id].fate is Fate.CREATE
    assert plan.decisions[old.source_id].fate is Fate.MERGE


def test_what_an_administrator_has_to_set() -> None:
    said = list(what_to_set({"oidc": 1200, "google": 1}, {"ldap": 2, "saml": 3, "apple": 4}))
    assert [text.partition(" ")[0] for text in said] == ["1", "1,200", "2", "7"]
    assert "(apple, saml)" in said[-1]
    assert list(what_to_set({}, {})) == []

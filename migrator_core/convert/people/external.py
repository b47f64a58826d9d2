"""People who sign in elsewhere: who they are to a provider, and what Open WebUI keeps of that.

Open WebUI finds the account of somebody who signs in through a provider by the provider's name for
them (``user.oauth``, 0.10 to 0.12: ``utils/oauth.py: handle_callback``), and by the e-mail address
only where it is told to. Directories are asked for the address alone (``routers/auths.py:
ldap_auth``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from migrator_core.convert.cleaning import single_line
from migrator_core.librechat.documents.user import User
from migrator_core.rows import JsonDict

LOCAL = "local"
"""LibreChat's provider of people with a password."""
DIRECTORY = "ldap"
_LONGEST = 255
"""Longer subjects no provider gives (OpenID Connect Core 1.0, section 2)."""

_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "google": "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET",
        "github": "GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET",
        "oidc": "OPENID_PROVIDER_URL, OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET",
    }
)
"""What Open WebUI is told of each provider whose subjects LibreChat knows, too."""


def provider_of(user: User) -> str:
    """Where a user without a password signs in; empty for one who has one, or nowhere."""
    if user.password and user.password.strip():
        return ""
    named = single_line(user.provider, limit=40).lower()
    known = {"google": user.google_id, "github": user.github_id, "openid": user.openid_id}
    return named if named not in {"", LOCAL} else next((p for p, own in known.items() if own), "")


def links_of(user: User) -> JsonDict:
    """What ``user.oauth`` holds of somebody who signs in elsewhere; one provider at most.

    Open WebUI before 0.11 finds nobody who has several on SQLite.
    """
    own = {"openid": user.openid_id, "google": user.google_id, "github": user.github_id}
    first = provider_of(user)
    for provider in dict.fromkeys((first, *own)):
        subject = (own.get(provider) or "").strip()
        if subject and len(subject) <= _LONGEST and subject.isprintable():
            return {"oidc" if provider == "openid" else provider: {"sub": subject}}
    return {}


def what_to_set(linked: Mapping[str, int], others: Mapping[str, int]) -> Iterator[str]:
    """What an administrator has to set: for people who are linked, by provider, and for others."""
    for provider, count in sorted(linked.items()):
        yield (
            f"{count:,} accounts have no password and are linked to the provider {provider!r} by "
            f"its names for them. Set {_VARIABLES[provider]} for the very provider that LibreChat "
            "used; where it calls people otherwise for each client (Microsoft Entra), for the same "
            "client."
        )
    directory = others.get(DIRECTORY, 0)
    if directory:
        yield (
            f"{directory:,} accounts have no password; their people signed in through LDAP. Set "
            "ENABLE_LDAP and the LDAP_… variables: Open WebUI finds their accounts by the e-mail "
            "address in the directory."
        )
    rest = sum(others.values()) - directory
    if rest:
        names = ", ".join(sorted(name for name in others if name != DIRECTORY))
        yield (
            f"{rest:,} accounts have no password and no link to a provider ({names}). Set "
            "OAUTH_MERGE_ACCOUNTS_BY_EMAIL=true until each of them has signed in once, and take it "
            "away then: while it is set, an account is opened to whomever a provider gives its "
            "e-mail address."
        )

"""Whether all people of a backup belong together, and which of them were chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.people.accounts import Identity
from migrator_core.librechat.values import tenant_of

NONE = "-"
"""Stands for the people without a tenant, where one is chosen."""

_NAMED = 20


def is_of(tenant: str, chosen: str) -> bool:
    """Whether what has this tenant is to be migrated; all is where none was chosen.

    With a tenant, LibreChat finds only what bears its id (0.8.5 to 0.8.8, ``tenantIsolation``):
    what has no tenant belongs to none of them, and who has none to nobody's people.
    """
    return not chosen or tenant == ("" if chosen == NONE else tenant_of(chosen))


def is_foreign(document: Mapping[str, Any], chosen: str) -> bool:
    """Whether a document belongs to others than the chosen tenant."""
    return not is_of(tenant_of(document.get("tenantId")), chosen)


def wrong_tenant(identities: Iterable[Identity], chosen: str) -> str | None:
    """Why these people cannot be migrated so; None where nothing speaks against it.

    In LibreChat an address is unique, and "public" is public, within a tenant only. Open WebUI
    knows no tenants: together, one's password would open the other's chats. People without a tenant
    beside others with one are no different.
    """
    people = Counter(identity.tenant for identity in identities)
    named = ", ".join(_named(tenant, count) for tenant, count in people.most_common(_NAMED))
    if chosen:
        if any(is_of(tenant, chosen) for tenant in people):
            return None
        wanted = single_line(chosen, limit=100)
        return (
            f"The backup has nobody of the tenant {wanted} (--tenant). It has: {named or 'none'}."
        )
    if len(people) < 2:
        return None
    count = len(people.keys() - {""})
    tenants = f"{count:,} tenants" if count > 1 else "a tenant and people without one"
    return (
        f"The backup holds {tenants}: {named}. In LibreChat, addresses and what is public count "
        "within a tenant; Open WebUI would mix them. Choose one with --tenant ID "
        "(MIGRATION_TENANT), and migrate each into an Open WebUI of its own."
    )


def _named(tenant: str, count: int) -> str:
    name = single_line(tenant, limit=100) if tenant else f"no tenant, which is {NONE}"
    return f"{name} ({count:,} people)"

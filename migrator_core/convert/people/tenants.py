"""Whether all people of a backup belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.people.accounts import Identity

_NAMED = 20


def several_tenants(identities: Iterable[Identity]) -> str | None:
    """Why these people cannot be migrated together; None for one tenant, or none.

    In LibreChat an address is unique, and "public" is public, within a tenant only. Open WebUI
    knows no tenants: together, one's password would open the other's chats.
    """
    people = Counter(identity.tenant for identity in identities if identity.tenant)
    if len(people) < 2:
        return None
    named = ", ".join(
        f"{single_line(tenant, limit=100)} ({count:,} people)"
        for tenant, count in people.most_common(_NAMED)
    )
    return (
        f"The backup holds {len(people):,} tenants: {named}. In LibreChat, addresses and "
        "what is public count within a tenant; Open WebUI would mix them. Make a backup of one "
        "tenant (mongodump --query with its tenantId), and migrate each into an Open WebUI of "
        "its own."
    )

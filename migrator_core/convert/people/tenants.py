"""Whether all people of a backup belong together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from migrator_core.convert.cleaning import single_line
from migrator_core.librechat.documents.user import User

_NAMED = 20


class Tenants:
    """Counts the people of each tenant.

    In LibreChat an address is unique, and "public" is public, within a tenant only. Open WebUI
    knows no tenants: together, one's password would open the other's chats.
    """

    def __init__(self) -> None:
        self._people: Counter[str] = Counter()

    def of(self, users: Iterable[User]) -> Iterable[User]:
        """The same users, counted as they pass."""
        for user in users:
            tenant = (user.tenant_id or "").strip()
            if tenant:
                self._people[tenant] += 1
            yield user

    def problem(self) -> str | None:
        """Why they cannot be migrated together; None for one tenant, or none."""
        if len(self._people) < 2:
            return None
        named = ", ".join(
            f"{single_line(tenant, limit=100)} ({count:,} people)"
            for tenant, count in self._people.most_common(_NAMED)
        )
        return (
            f"The backup holds {len(self._people):,} tenants: {named}. In LibreChat, addresses and "
            "what is public count within a tenant; Open WebUI would mix them. Make a backup of one "
            "tenant (mongodump --query with its tenantId), and migrate each into an Open WebUI of "
            "its own."
        )

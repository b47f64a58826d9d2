"""How tables are named in the registry, and those that several kinds of rows have parts in."""

from __future__ import annotations

from migrator_core.openwebui.mapping.context import grant_id
from migrator_core.openwebui.tables.kind import Part, Table


def table(
    name: str,
    model: str,
    columns: str,
    since: str | None = None,
    needs: tuple[str, str] | None = None,
) -> Table:
    """One of Open WebUI's tables; ``columns`` are separated by spaces."""
    return Table(name, model, frozenset(columns.split()), since, needs)


MEMBERS = table("group_member", "groups.GroupMember", "id group_id user_id created_at updated_at")
_GRANTS = table(
    "access_grant",
    "access_grants.AccessGrant",
    "id resource_type resource_id principal_type principal_id permission created_at",
)


def grants(resource_type: str, of: str = "id") -> Part:
    """Who may use such a thing besides its owner."""
    where = {"resource_type": resource_type}
    return Part(_GRANTS, "resource_id", of=of, where=where, id_of=grant_id)

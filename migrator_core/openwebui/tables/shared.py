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
GRANTS = table(
    "access_grant",
    "access_grants.AccessGrant",
    "id resource_type resource_id principal_type principal_id permission created_at",
)

ACCESS_KEY = ("resource_type", "principal_type", "principal_id", "permission", "resource_id")
"""What names a permission that stands alone: what it says, because somebody may have given the same
under another id. The id of the resource comes last: a model's may hold slashes."""


def grants(resource_type: str, of: str = "id") -> Part:
    """Who may use such a thing besides its owner."""
    where = {"resource_type": resource_type}
    return Part(GRANTS, "resource_id", of=of, where=where, id_of=grant_id)

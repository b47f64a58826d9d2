from __future__ import annotations

from migrator_core.convert.people.accounts import identity_of
from migrator_core.convert.people.tenants import several_tenants
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.user import User
from tests.unit.convert import documents as d


def _problem(*tenants: str | None) -> str | None:
    users = [parse(User, d.USER | {"tenantId": tenant}) for tenant in tenants]
    return several_tenants(identity_of(user) for user in users)


def test_one_tenant_or_none_belong_together() -> None:
    assert _problem(None, None, "") is None
    assert _problem("a", None, "a", " a ") is None


def test_several_tenants_are_refused_with_their_names_and_sizes() -> None:
    problem = _problem("north", "south", "north", None)
    assert problem is not None
    assert "holds 2 tenants: north (2 people), south (1 people)" in problem
    assert "Make a backup of one tenant" in problem

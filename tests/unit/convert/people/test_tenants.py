from __future__ import annotations

from migrator_core.convert.people.tenants import Tenants
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.user import User
from tests.unit.convert import documents as d


def _counted(*tenants: str | None) -> Tenants:
    found = Tenants()
    users = [parse(User, d.USER | {"tenantId": tenant}) for tenant in tenants]
    assert list(found.of(users)) == users
    return found


def test_one_tenant_or_none_belong_together() -> None:
    assert _counted(None, None, "").problem() is None
    assert _counted("a", None, "a", " a ").problem() is None


def test_several_tenants_are_refused_with_their_names_and_sizes() -> None:
    problem = _counted("north", "south", "north", None).problem()
    assert problem is not None
    assert "holds 2 tenants: north (2 people), south (1 people)" in problem
    assert "Make a backup of one tenant" in problem

from __future__ import annotations

import pytest

from migrator_core.convert.people.accounts import identity_of
from migrator_core.convert.people.tenants import is_foreign, wrong_tenant
from migrator_core.librechat.documents.base import parse
from migrator_core.librechat.documents.user import User
from tests.unit.convert import documents as d


def _problem(*tenants: str | None, chosen: str = "") -> str | None:
    users = [parse(User, d.USER | {"tenantId": tenant}) for tenant in tenants]
    return wrong_tenant([identity_of(user) for user in users], chosen)


def test_one_tenant_or_none_belong_together() -> None:
    assert _problem() is None
    assert _problem(None, None, "", " null ") is None
    assert _problem("a", "a", " a ") is None


def test_several_tenants_are_refused_with_their_names_and_sizes() -> None:
    problem = _problem("north", "south", "north", None)
    assert problem is not None
    assert "2 tenants: north (2 people), south (1 people), no tenant, which is - (1" in problem
    assert "--tenant ID" in problem


def test_people_without_a_tenant_are_none_of_a_tenants() -> None:
    problem = _problem("a", None)
    assert problem is not None
    assert "a tenant and people without one: a (1 people), no tenant, which is - (1 " in problem


def test_one_is_chosen_among_those_there_are() -> None:
    assert _problem("a", "b", None, chosen="a") is None
    assert _problem("a", "b", None, chosen="-") is None
    wrong = _problem("a", "b", "b", chosen="c")
    assert wrong is not None
    assert "nobody of the tenant c (--tenant). It has: b (2 people), a (1 people)." in wrong
    assert _problem(None, chosen="a") is not None
    assert _problem("a", chosen="-") is not None


@pytest.mark.parametrize(
    ("chosen", "ours"),
    [("", [None, "a", "b", 7]), ("a", ["a"]), ("7", [7]), ("-", [None]), ("A", [])],
)
def test_what_bears_its_id_is_a_tenants(chosen: str, ours: list[object]) -> None:
    found = [id_ for id_ in (None, "a", "b", 7) if not is_foreign({"tenantId": id_}, chosen)]
    assert found == ours

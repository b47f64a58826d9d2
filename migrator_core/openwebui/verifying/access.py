"""Who may use a thing, compared.

Open WebUI replaces all permissions of a thing at once, by rows with new ids (``models/
access_grants.py: replace_access_grants``, 0.10 to 0.12). So a row that joined ours, or one of ours
that left the others, was not made there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator_core.openwebui.mapping.context import grant_id
from migrator_core.openwebui.verifying.facts import Facts, Gap, Values
from migrator_core.verification import Difference

GRANT = ("principal_type", "principal_id", "permission")


def compare_grants(
    expected: Iterable[Values], actual: Iterable[Values], facts: Facts, *, touched: bool
) -> Iterator[Gap]:
    """``touched`` says that somebody changed the thing itself."""
    wanted = {_grant(row) for row in expected}
    present = {_grant(row): grant_id(row) == row["id"] for row in actual}
    ours_stand = any(present.values())
    replaced = bool(wanted and present) and not ours_stand
    for grant in sorted(wanted - present.keys()):
        lost_with_principal = not _principal_is_there(grant, facts)
        by_people = replaced or lost_with_principal or (touched and not ours_stand)
        yield Gap(_changed_or(Difference.MISSING, by_people=by_people), _words(grant))
    for grant in sorted(present.keys() - wanted):
        by_people = replaced or (touched and not ours_stand)
        yield Gap(_changed_or(Difference.UNEXPECTED, by_people=by_people), _words(grant))


def _grant(row: Values) -> tuple[str, str, str]:
    kind, principal, permission = (str(row[name]) for name in GRANT)
    return kind, principal, permission


def _principal_is_there(grant: tuple[str, str, str], facts: Facts) -> bool:
    kind, principal, _ = grant
    return principal == "*" or facts.is_there(kind, principal)


def _words(grant: tuple[str, str, str]) -> str:
    kind, principal, permission = grant
    return f"access: {kind} {principal} {permission}"


def _changed_or(grave: Difference, *, by_people: bool) -> Difference:
    return Difference.CHANGED_IN_OPEN_WEBUI if by_people else grave

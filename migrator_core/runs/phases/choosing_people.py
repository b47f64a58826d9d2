"""Whose content a run is to leave out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from migrator_core.convert.people.accounts import Identity
from migrator_core.convert.people.addresses import normalise_email
from migrator_core.errors import CannotStartError
from migrator_core.selection import Selection


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who was not chosen, by LibreChat's id; and the addresses that nobody in the backup has."""

    left_out: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()


def choose_people(identities: Iterable[Identity], selection: Selection) -> Chosen:
    """Tell the people who were chosen by their address from everybody else.

    Raises:
        CannotStartError: the backup has none of them.
    """
    if not selection.addresses:
        return Chosen()
    wanted = {normalise_email(address) or address for address in selection.addresses}
    addresses: dict[str, str | None] = {}
    for identity in identities:
        addresses.setdefault(identity.source_id, normalise_email(identity.email))
    unknown = wanted.difference(email for email in addresses.values() if email is not None)
    if unknown == wanted:
        raise CannotStartError(
            f"The backup has no user with the e-mail address {' or '.join(sorted(wanted))}. "
            "Nothing was migrated; look at --user (MIGRATION_USERS)."
        )
    left_out = (user for user, email in addresses.items() if email not in wanted)
    return Chosen(frozenset(left_out), tuple(sorted(unknown)))

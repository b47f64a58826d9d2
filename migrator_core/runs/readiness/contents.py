"""What is in the backup: whether it is whole, and who the people in it are here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from migrator_core.convert.people.accounts import Fate, Identity, identity_of, plan_accounts
from migrator_core.convert.people.tenants import is_of, wrong_tenant
from migrator_core.convert.people.users import usable_hash
from migrator_core.errors import MigratorError
from migrator_core.librechat import Backup, open_backup
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.user import User
from migrator_core.outcome import Reason
from migrator_core.runs.directories import work_directory
from migrator_core.runs.phases.users import foreign_accounts, holders, wanted_addresses
from migrator_core.runs.readiness.findings import Findings
from migrator_core.wording import size

_UNPACKED_AT_MOST = 100 * 1024 * 1024
"""Bytes of a packed backup that a check unpacks: it is to answer in seconds."""


async def look_inside(found: Findings) -> None:
    """Open the backup, where that takes seconds at most and nothing speaks against it."""
    offer = found.chosen
    if offer is None or found.problems:
        return
    if offer.packed and offer.size > _UNPACKED_AT_MOST:
        found.facts.append(
            f"{offer.path.name} is packed and has {size(offer.size)}; what is in it is looked at "
            "when it is unpacked, in a preview."
        )
        return
    try:
        people = await asyncio.to_thread(_people_of, offer.path, found)
    except MigratorError as error:
        found.problems.append(str(error))
        return
    chosen = found.settings.tenant
    problem = wrong_tenant(people.identities, chosen)
    if problem is not None:
        found.problems.append(problem)
    people.choose(chosen)
    await _say_who_they_are(people, found)


def _people_of(path: Path, found: Findings) -> _People:
    allowed = found.settings.allow_incomplete
    with work_directory() as workdir:
        backup = open_backup(path, workdir=workdir, allow_incomplete=allowed)
        with closing(backup):
            people = _People()
            people.read(backup)
            found.warnings += [notice.detail for notice in backup.notices]
            return people


class _People:
    """What a check wants to know of a backup's users; of passwords only whether they work."""

    def __init__(self) -> None:
        self.identities: list[Identity] = []
        self.damaged = 0
        self.foreign: frozenset[str] = frozenset()
        self._unusable: list[str] = []

    @property
    def unusable(self) -> int:
        """How many have a password that does not work."""
        known = {identity.source_id for identity in self.identities}
        return sum(user in known for user in self._unusable)

    def choose(self, tenant: str) -> None:
        """Forget the people of other tenants."""
        self.foreign = foreign_accounts(self.identities, tenant)
        self.identities = [one for one in self.identities if is_of(one.tenant, tenant)]

    def read(self, backup: Backup) -> None:
        """Look at every user."""
        for document in backup.documents("users"):
            try:
                user = parse(User, document.data or {})
            except InvalidDocumentError:
                self.damaged += 1
                continue
            self.identities.append(identity_of(user))
            password = (user.password or "").strip()
            if password and not usable_hash(password):
                self._unusable.append(user.id)


async def _say_who_they_are(people: _People, found: Findings) -> None:
    emails = wanted_addresses(people.identities)
    accounts = await found.target.inventory.accounts(emails) if found.target else {}
    known = holders(accounts, found.settings, people.foreign)
    plan = plan_accounts(people.identities, known)
    made = {account.id for account in accounts.values()}
    decisions = plan.decisions.values()
    arrived = sum(d.fate is Fate.CREATE and d.account_id in made for d in decisions)
    theirs = {d.email or "" for d in decisions if d.fate is Fate.EXISTING}
    counts = {fate: len(plan.of(fate)) for fate in Fate}
    become = counts[Fate.CREATE] - arrived
    found.facts.append(
        f"{len(plan.decisions):,} people are in the backup: {become:,} become accounts, "
        f"{arrived:,} arrived with an earlier run, {counts[Fate.EXISTING]:,} have an account here, "
        f"{counts[Fate.MERGE]:,} share another one's, {counts[Fate.SKIP]:,} are left out."
    )
    pending = sum(
        d.skipped is not None and d.skipped.reason is Reason.ACCOUNT_PENDING for d in decisions
    )
    found.warnings += _warnings(people, len(theirs), pending)


def _warnings(people: _People, existing: int, pending: int) -> Iterator[str]:
    if people.damaged:
        yield f"{people.damaged:,} documents of users are damaged and will fail."
    if people.unusable:
        yield (
            f"{people.unusable:,} people have a password that Open WebUI cannot check. They get an "
            "account, and need a new password from an administrator."
        )
    if existing:
        yield (
            f"{existing:,} accounts are here already and receive the content of the people with "
            "the same e-mail address. Make sure that they are theirs: where sign-up is open, "
            "anybody may have taken the address."
        )
    if pending:
        yield (
            f"{pending:,} people have an account here that is pending: nobody has let it in yet. "
            "They are left out, with all their content."
        )

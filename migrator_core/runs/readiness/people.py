"""Who the people of a backup are here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from migrator_core.convert.people.accounts import Fate, Identity, identity_of, plan_accounts
from migrator_core.convert.people.external import provider_of
from migrator_core.convert.people.tenants import is_of, wrong_tenant
from migrator_core.convert.people.users import usable_hash
from migrator_core.librechat import Backup
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.user import User
from migrator_core.outcome import Reason
from migrator_core.runs.phases.users import foreign_accounts, holders, wanted_addresses
from migrator_core.runs.readiness.findings import Findings


class People:
    """What a check wants to know of a backup's users; of passwords only whether they work."""

    def __init__(self, *, external: bool = False) -> None:
        """``external`` says that people who sign in elsewhere become accounts."""
        self._external = external
        self.elsewhere = 0
        self.identities: list[Identity] = []
        self.damaged = 0
        self.foreign: frozenset[str] = frozenset()
        self._unusable: list[str] = []

    @property
    def unusable(self) -> int:
        """How many have a password that does not work."""
        known = {identity.source_id for identity in self.identities}
        return sum(user in known for user in self._unusable)

    async def say(self, found: Findings) -> None:
        """Which of them become accounts, and what an administrator must know of them."""
        chosen = found.settings.tenant
        problem = wrong_tenant(self.identities, chosen)
        if problem is not None:
            found.problems.append(problem)
        self.choose(chosen)
        await _say_who_they_are(self, found)

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
            self.identities.append(identity_of(user, external=self._external))
            self.elsewhere += bool(provider_of(user))
            password = (user.password or "").strip()
            if password and not usable_hash(password):
                self._unusable.append(user.id)


async def _say_who_they_are(people: People, found: Findings) -> None:
    emails = wanted_addresses(people.identities)
    accounts = await found.target.inventory.accounts(emails) if found.target else {}
    known = holders(accounts, found.settings, people.foreign)
    plan = plan_accounts(people.identities, known)
    found.accounts = {
        user: decision.account_id
        for user, decision in plan.decisions.items()
        if decision.account_id is not None
    }
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
    left_out = Counter(d.skipped.reason for d in decisions if d.skipped is not None)
    found.warnings += _warnings(people, len(theirs), left_out)


def _warnings(people: People, existing: int, left_out: Mapping[Reason, int]) -> Iterator[str]:
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
    if left_out.get(Reason.NO_PASSWORD) and people.elsewhere:
        yield (
            f"{people.elsewhere:,} people sign in elsewhere (OAuth, OpenID, SAML, LDAP) and have "
            "no password. Those without an account here are left out, with all their content, "
            "unless external users are to be linked."
        )
    if unverified := left_out.get(Reason.UNVERIFIED, 0):
        yield (
            f"{unverified:,} sign-ups were never confirmed in LibreChat. They are left out, with "
            "all their content."
        )
    if pending := left_out.get(Reason.ACCOUNT_PENDING, 0):
        yield (
            f"{pending:,} people have an account here that is pending: nobody has let it in yet. "
            "They are left out, with all their content."
        )

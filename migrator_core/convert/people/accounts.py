"""Which users of a backup become accounts, and which share one.

Open WebUI knows an account by its e-mail address, whatever its letter case; LibreChat allowed the
same address to several rows (other case, other sign-in provider). The plan is made over all users
at once and does not depend on the order in which the backup holds them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from migrator_core.convert.ids import user_id
from migrator_core.convert.people.addresses import look_alikes, normalise_email
from migrator_core.convert.people.external import provider_of
from migrator_core.convert.result import Skipped, notice
from migrator_core.librechat.documents.user import User
from migrator_core.outcome import Notice, Reason, WarningCode


@dataclass(frozen=True, slots=True)
class Identity:
    """What the plan needs to know of one user; the password itself is not among it.

    ``external`` says that the user signs in elsewhere, and gets an account without a password.

    ``created`` is in milliseconds; ``external_ids`` are the ids by which groups of an identity
    provider know the user. ``verified`` says that LibreChat holds the address to be the user's;
    ``unconfirmed``, that it waited for a confirmation and would have deleted the user without one.
    """

    source_id: str
    email: str | None
    has_password: bool
    created: int | None = None
    external_ids: tuple[str, ...] = ()
    verified: bool = False
    unconfirmed: bool = False
    external: bool = False
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """The account in Open WebUI that has an address.

    ``linked`` is False to give it nothing; ``foreign`` says that an earlier run made it for
    somebody of another tenant.
    """

    id: str
    role: str = "user"
    linked: bool = True
    foreign: bool = False


class Fate(StrEnum):
    """What becomes of a user."""

    CREATE = "create"
    MERGE = "merge"
    EXISTING = "existing"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one user.

    ``account_id`` is the Open WebUI account that receives the user's content, None for a skipped
    user; ``kept`` is, for a merged user, the source id of the user whose account it becomes.
    """

    fate: Fate
    email: str | None = None
    account_id: str | None = None
    kept: str | None = None
    skipped: Skipped | None = None


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """The decision for every user, by source id, in the order of the backup."""

    decisions: Mapping[str, Decision]
    principals: Mapping[str, str]
    """A user's source id or external id → account id. Ids that two accounts claim are left out."""
    notices: tuple[Notice, ...] = ()

    def of(self, fate: Fate) -> list[str]:
        """The source ids of the users with this fate."""
        return [key for key, decision in self.decisions.items() if decision.fate is fate]


@dataclass(slots=True)
class _Group:
    """All users with one e-mail address, in file order."""

    members: list[Identity] = field(default_factory=list)


def identity_of(user: User, *, external: bool = False) -> Identity:
    """The part of a user document that the plan needs.

    ``external`` says that people who sign in elsewhere become accounts, too.
    """
    on_the_source = user.id_on_the_source.strip() if user.id_on_the_source else ""
    return Identity(
        source_id=user.id,
        email=user.email,
        has_password=bool(user.password and user.password.strip()),
        created=user.created_at,
        external_ids=(on_the_source,) if on_the_source else (),
        external=external and bool(provider_of(user)),
        verified=user.email_verified,
        unconfirmed=user.expires and not user.email_verified,
        tenant=user.tenant_id,
    )


def plan_accounts(
    identities: Sequence[Identity], existing: Mapping[str, Holder] | None = None
) -> AccountPlan:
    """Decide over all users of a backup.

    Args:
        identities: one per user document; a later one with the same ``_id`` is ignored.
        existing: accounts in Open WebUI by lower-case e-mail.

    Among several users with one address and a password, the earliest (``createdAt``, then ``_id``)
    becomes the account, and the others are merged into it, also those without a password. Where
    Open WebUI has an account with the address already, all of them are; unless it is the very
    account that this plan creates, as on a second run. A sign-up that nobody confirmed takes no
    part in any of this: whoever typed the address has not shown that it is theirs.
    """
    known = {email.lower(): account for email, account in (existing or {}).items()}
    distinct: dict[str, Identity] = {}
    for identity in identities:
        distinct.setdefault(identity.source_id, identity)
    groups: defaultdict[str, _Group] = defaultdict(_Group)
    for identity in distinct.values():
        email = normalise_email(identity.email)
        if email is not None and not identity.unconfirmed:
            groups[email].members.append(identity)

    decided: dict[str, Decision] = {}
    notices: list[Notice] = []
    for email, group in groups.items():
        decisions = _decide(email, group.members, known.get(email))
        decided |= decisions
        notices += _merge_notices(email, decisions)
    decisions = {key: decided.get(key) or _left_out(item) for key, item in distinct.items()}
    notices += _look_alike_notices([*groups, *known])
    return AccountPlan(decisions, _principals(distinct, decisions), tuple(notices))


def _decide(email: str, members: list[Identity], here: Holder | None) -> dict[str, Decision]:
    with_password = [member for member in members if member.has_password]
    # Whoever has a password keeps it, however old the other account is.
    candidates = with_password or [member for member in members if member.external]
    winner = min(candidates, key=_seniority) if candidates else None
    if here is not None and (winner is None or here.id != user_id(winner.source_id)):
        return {member.source_id: _meet(email, member, members, here) for member in members}
    if winner is None:
        skipped = Skipped(Reason.NO_PASSWORD, email)
        return {member.source_id: Decision(Fate.SKIP, email, skipped=skipped) for member in members}
    account = user_id(winner.source_id)
    merged = Decision(Fate.MERGE, email, account, kept=winner.source_id)
    created = Decision(Fate.CREATE, email, account)
    return {member.source_id: created if member is winner else merged for member in members}


def _meet(email: str, member: Identity, members: list[Identity], here: Holder) -> Decision:
    """What becomes of a user whose address somebody has in Open WebUI.

    An account that an earlier run made for one of them is no stranger's. An administrator's
    account can do harm with what it is given, so the address alone is not enough for it: LibreChat
    must hold the address to be that user's.
    """
    reason = None
    if here.id not in {user_id(other.source_id) for other in members}:
        if here.foreign:
            reason = Reason.OTHER_TENANT
        elif here.role == "pending":
            reason = Reason.ACCOUNT_PENDING
        elif not here.linked:
            reason = Reason.ACCOUNT_NOT_LINKED
        elif here.role == "admin" and not member.verified:
            reason = Reason.ADDRESS_UNPROVEN
    if reason is not None:
        return Decision(Fate.SKIP, email, skipped=Skipped(reason, email))
    return Decision(Fate.EXISTING, email, here.id)


def _seniority(identity: Identity) -> tuple[bool, int, str]:
    return identity.created is None, identity.created or 0, identity.source_id


def _left_out(identity: Identity) -> Decision:
    given = (identity.email or "").strip()
    email = normalise_email(given)
    if identity.unconfirmed and email is not None:
        return Decision(Fate.SKIP, email, skipped=Skipped(Reason.UNVERIFIED, email))
    detail = f"{given[:100]!a} is no e-mail address" if given else None
    return Decision(Fate.SKIP, skipped=Skipped(Reason.NO_EMAIL, detail))


def _merge_notices(email: str, decisions: Mapping[str, Decision]) -> list[Notice]:
    """One warning for users of the backup who share an account, however many they are."""
    sharing = [key for key, item in decisions.items() if item.account_id is not None]
    if len(sharing) < 2:
        return []
    detail = f"{email}: {len(sharing)} users of LibreChat became one account ({', '.join(sharing)})"
    return [notice(WarningCode.ACCOUNT_MERGED, detail)]


def _look_alike_notices(emails: list[str]) -> list[Notice]:
    """One warning for each group of addresses that people could take for one."""
    return [
        notice(WarningCode.ADDRESS_LOOKS_ALIKE, " and ".join(f"{one} ({one!a})" for one in alike))
        for alike in look_alikes(emails)
    ]


def _principals(
    identities: Mapping[str, Identity], decisions: Mapping[str, Decision]
) -> dict[str, str]:
    claims: defaultdict[str, set[str]] = defaultdict(set)
    for source_id, decision in decisions.items():
        if decision.account_id is not None:
            for external in identities[source_id].external_ids:
                claims[external].add(decision.account_id)
    # A skipped user's claim counts against the others: the id may have meant that user.
    contested = {
        external
        for source_id, decision in decisions.items()
        if decision.account_id is None
        for external in identities[source_id].external_ids
    }
    principals = {
        external: next(iter(accounts))
        for external, accounts in claims.items()
        if len(accounts) == 1 and external not in contested and external not in identities
    }
    for source_id, decision in decisions.items():
        if decision.account_id is not None:
            principals[source_id] = decision.account_id
    return principals

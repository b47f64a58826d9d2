"""Users: who becomes an account, and whose content goes to which account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from migrator_core.convert.ids import user_id
from migrator_core.convert.people.accounts import (
    AccountPlan,
    Decision,
    Fate,
    Holder,
    Identity,
    identity_of,
    plan_accounts,
)
from migrator_core.convert.people.addresses import normalise_email, skeleton
from migrator_core.convert.people.avatars import data_uri
from migrator_core.convert.people.bans import banned_users
from migrator_core.convert.people.external import provider_of, what_to_set
from migrator_core.convert.people.tenants import is_of, wrong_tenant
from migrator_core.convert.people.users import convert_user, slow_hash, slow_password, usable_hash
from migrator_core.convert.result import notice
from migrator_core.errors import CannotStartError
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.log_entry import LogEntry
from migrator_core.librechat.documents.user import User
from migrator_core.librechat.values import normalise_id
from migrator_core.openwebui import Account, OpenWebUI, Written
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.rows import UserRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.choosing_people import Chosen, choose_people
from migrator_core.runs.phases.personal_settings import PersonalSettings
from migrator_core.runs.results import OwnAccounts
from migrator_core.runs.steps import NewPassword, Step, Write, left_out, skipped
from migrator_core.selection import Part
from migrator_core.settings import Settings


class UsersPhase(Phase):
    """``users``: new accounts, and the content of users who have one already."""

    name = "users"
    label = "Accounts"
    collections = frozenset({"users"})
    part = Part.USERS
    leaves = OwnAccounts

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._identities: list[Identity] = []
        self._existing: Mapping[str, Account] = {}
        self._plan = AccountPlan({}, {})
        self._foreign: frozenset[str] = frozenset()
        self._notices: tuple[Notice, ...] = ()
        self._chosen = Chosen()
        self._banned: frozenset[str] = frozenset()
        self._accounts: dict[str, str] = {}
        self._providers: dict[str, tuple[str, str]] = {}
        self._links: dict[tuple[str, str], str] = {}
        self._linked: Counter[str] = Counter()
        self._others: Counter[str] = Counter()
        self._settings = PersonalSettings(inputs)

    def read_ahead(self, advance: Callable[[int], None]) -> None:  # noqa: ARG002 - see Phase
        """What the plan needs of every user.

        Raises:
            CannotStartError: they are several tenants' people, or nobody whom somebody chose is
                among them. Nothing has been written yet.
        """
        users = self._inputs.readable("users", User, of_all=True)
        external = self._inputs.settings.external_users == "link"
        everyone = [identity_of(user, external=external) for user in users]
        chosen = self._inputs.settings.tenant
        problem = wrong_tenant(everyone, chosen)
        if problem is not None:
            raise CannotStartError(problem)
        self._identities = [one for one in everyone if is_of(one.tenant, chosen)]
        self._foreign = foreign_accounts(everyone, chosen)
        self._chosen = choose_people(self._identities, self._inputs.selection)
        self._settings.read_ahead()
        entries = self._inputs.readable("logs", LogEntry, of_all=True)
        self._banned = banned_users(entries, self._inputs.started * 1000)

    async def ask(self, target: OpenWebUI) -> None:
        """The accounts that Open WebUI has already; with them, the fate of every user."""
        await self._settings.ask(target)
        self._existing = await target.inventory.accounts(wanted_addresses(self._identities))
        if self._inputs.settings.external_users == "link":
            self._links = await target.inventory.sign_in_links()
        known = holders(self._existing, self._inputs.settings, self._foreign)
        self._plan = plan_accounts(self._identities, known)
        chosen = [one for one in self._identities if one.source_id not in self._chosen.left_out]
        self._notices = plan_accounts(chosen, known).notices if self.is_selected else ()

    def total(self) -> int | None:
        """One outcome a user; unreadable documents come on top."""
        return len(self._plan.decisions)

    def steps(self) -> Iterator[Step]:
        """One step a user; users who share an account with another one follow in a later phase."""
        yield from self._notices
        for address in self._chosen.unknown:
            yield notice(WarningCode.USER_UNKNOWN, address)
        yield from self._strangers()
        yield from self._inputs.each("users", User, self._convert)

    def advice(self) -> Iterable[Notice]:
        """What has to be set so that people who sign in elsewhere reach their accounts."""
        for text in what_to_set(self._linked, self._others):
            yield notice(WarningCode.ACCOUNT_EXTERNAL, text)

    def result(self) -> OwnAccounts:
        """The plan, and the accounts that are there."""
        return OwnAccounts(self._plan, self._accounts, self._chosen.left_out)

    def _convert(self, document: Document, user: User) -> Iterator[Step]:
        decision = self._plan.decisions[user.id]
        if not self._inputs.scratch.first_time("user", user.id):
            yield skipped(document, Reason.DUPLICATE)
        elif not self.is_selected or user.id in self._chosen.left_out:
            yield from self._leave_out(document, user, decision)
        elif decision.skipped is not None:
            yield skipped(document, decision.skipped.reason, decision.skipped.detail)
        elif decision.fate is Fate.EXISTING:
            yield from self._existing_account(user, decision)
        elif decision.fate is Fate.CREATE:
            yield self._own_account(user)
        # A merged user gets the outcome in MergedUsersPhase, when the other account is known
        # to have arrived.

    def _leave_out(self, document: Document, user: User, decision: Decision) -> Iterator[Step]:
        """Learn of the account, where there is one: what is selected may belong to it."""
        if decision.fate is Fate.CREATE:
            yield left_out(self._own_account(user.model_copy(update={"avatar": None})))
        elif decision.fate is not Fate.MERGE:
            if decision.fate is Fate.EXISTING:
                self._accounts[user.id] = self._existing[decision.email or ""].id
            yield skipped(document, Reason.NOT_SELECTED)

    def _own_account(self, user: User) -> Write:
        content = self._inputs.picture(user.avatar, user.id) if user.avatar else None
        avatar = data_uri(content) if content else None
        converted = convert_user(
            user, avatar=avatar, fallback=self._inputs.started, banned=user.id in self._banned
        )
        row = self._with_own_link(self._settings.given(user, converted.row))
        self._providers[user.id] = next(iter(row.oauth), ""), provider_of(user)
        return Write(
            Item("users", user.id, row, fingerprint(row)),
            (*converted.notices, *self._settings.notices(user)),
            weight=1000 + len(row.profile_image_url),
            then=self._remember,
        )

    def _with_own_link(self, row: UserRow) -> UserRow:
        """Without its link to a provider, where that opens another account already."""
        for provider, link in row.oauth.items():
            if self._links.setdefault((provider, link["sub"]), row.id) != row.id:
                return replace(row, oauth={})
        return row

    def _remember(self, written: Written) -> None:
        """From now on this user's content has an owner."""
        self._inputs.failed(written)
        linked, provider = self._providers.pop(written.item.source_id, ("", ""))
        if provider and written.state is State.MIGRATED:
            (self._linked if linked else self._others)[linked or provider] += 1
        if written.target_id is not None:
            self._accounts[written.item.source_id] = written.target_id

    def _existing_account(self, user: User, decision: Decision) -> Iterator[Step]:
        account = self._existing[decision.email or ""]
        self._accounts[user.id] = account.id
        if account.id == user_id(user.id):  # an earlier run made it
            yield self._own_account(user)
        else:
            yield Outcome("users", user.id, State.EXISTING, account.id)
        if self._inputs.settings.prefer_import_password:
            yield from self._password(user, account)

    def _password(self, user: User, account: Account) -> Iterator[Step]:
        """LibreChat's password, where it proves no less than the one that is there."""
        password = (user.password or "").strip()
        if not password:
            return
        kept = _why_kept(user, account, password)
        if kept is not None:
            yield notice(WarningCode.PASSWORD_KEPT, f"{account.email}: {kept}")
            return
        if slow_hash(password):
            yield slow_password(account.email)
        yield NewPassword(account, password, Notice(WarningCode.PASSWORD_REPLACED, account.email))

    def _strangers(self) -> Iterator[Step]:
        """One warning for each account that was there before and is about to receive something."""
        receiving: dict[str, list[str]] = {}
        for source_id in self._plan.of(Fate.EXISTING):
            if source_id in self._chosen.left_out:
                continue
            decision = self._plan.decisions[source_id]
            receiving.setdefault(decision.email or "", []).append(source_id)
        own = {user_id(identity.source_id) for identity in self._identities}
        strangers = {
            email: users
            for email, users in receiving.items()
            if self._existing[email].id not in own
        }
        if not strangers:
            return
        chats = self._chats_of({user for users in strangers.values() for user in users})
        for email, users in strangers.items():
            account = self._existing[email]
            count = sum(chats[user] for user in users)
            detail = (
                f"{email}: {_whose(account.role)} account, here since {_day(account.created_at)}; "
                f"LibreChat has {count:,} chats of the user with this address ({', '.join(users)})"
            )
            yield notice(WarningCode.ACCOUNT_EXISTING, detail)

    def _chats_of(self, users: set[str]) -> Counter[str]:
        """How many conversations the backup has of each of these users."""
        found: Counter[str] = Counter()
        if self._inputs.has("conversations"):
            for document in self._inputs.backup.documents("conversations"):
                self._inputs.pause()
                user = normalise_id((document.data or {}).get("user"))
                if user in users:
                    found[user] += 1
        return found


def wanted_addresses(identities: Iterable[Identity]) -> list[str]:
    """The addresses to ask Open WebUI for: the users' own, and those that they look like."""
    own = {normalise_email(identity.email) for identity in identities if not identity.unconfirmed}
    emails = {email for email in own if email is not None}
    return sorted(emails | {skeleton(email) for email in emails if not email.isascii()})


def foreign_accounts(everyone: Iterable[Identity], chosen: str) -> frozenset[str]:
    """The accounts that a run with another tenant chosen makes."""
    return frozenset(user_id(one.source_id) for one in everyone if not is_of(one.tenant, chosen))


def holders(
    accounts: Mapping[str, Account], settings: Settings, foreign: Collection[str]
) -> dict[str, Holder]:
    """What the plan needs to know of the accounts that are there."""
    linked = settings.existing_accounts == "link"
    return {
        email: Holder(account.id, account.role, linked, account.id in foreign)
        for email, account in accounts.items()
    }


def _why_kept(user: User, account: Account, password: str) -> str | None:
    if account.role == "admin":
        return "the account is an administrator's"
    if not user.email_verified:
        return "LibreChat never verified the e-mail address"
    if not usable_hash(password):
        return "Open WebUI cannot check the password of LibreChat"
    return None


def _whose(role: str) -> str:
    return "an administrator's" if role == "admin" else "an ordinary"


def _day(moment: int) -> str:
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment):%Y-%m-%d}"

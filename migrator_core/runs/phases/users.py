"""Users: who becomes an account, and whose content goes to which account."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from migrator_core.convert.fingerprint import fingerprint
from migrator_core.convert.ids import user_id
from migrator_core.convert.people.accounts import (
    AccountPlan,
    Decision,
    Fate,
    Identity,
    identity_of,
    plan_accounts,
)
from migrator_core.convert.people.avatars import data_uri
from migrator_core.convert.people.users import convert_user, usable_hash
from migrator_core.librechat import Document
from migrator_core.librechat.documents.user import User
from migrator_core.openwebui import Account, OpenWebUI, Written
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.rows import Item
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import Accounts, OwnAccounts
from migrator_core.runs.steps import NewPassword, Step, Write, skipped


class UsersPhase(Phase):
    """``users``: new accounts, and the content of users who have one already."""

    name = "users"
    label = "Accounts"
    collections = frozenset({"users"})
    leaves = OwnAccounts

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._identities: list[Identity] = []
        self._existing: Mapping[str, Account] = {}
        self._plan = AccountPlan({}, {})
        self._accounts: dict[str, str] = {}

    def read_ahead(self, advance: Callable[[int], None]) -> None:  # noqa: ARG002 - see Phase
        """What the plan needs of every user."""
        users = self._inputs.readable("users", User)
        self._identities = [identity_of(user) for user in users]

    async def ask(self, target: OpenWebUI) -> None:
        """The accounts that Open WebUI has already; with them, the fate of every user."""
        emails = {identity.email.strip().lower() for identity in self._identities if identity.email}
        self._existing = await target.inventory.accounts(sorted(emails))
        known = {email: account.id for email, account in self._existing.items()}
        self._plan = plan_accounts(self._identities, known)

    def total(self) -> int | None:
        """One outcome a user; unreadable documents come on top."""
        return len(self._plan.decisions)

    def steps(self) -> Iterator[Step]:
        """One step a user; users who share an account with another one follow in a later phase."""
        yield from self._plan.notices
        yield from self._inputs.each("users", User, self._convert)

    def result(self) -> OwnAccounts:
        """The plan, and the accounts that are there."""
        return OwnAccounts(self._plan, self._accounts)

    def _convert(self, document: Document, user: User) -> Iterator[Step]:
        decision = self._plan.decisions[user.id]
        if not self._inputs.scratch.first_time("user", user.id):
            yield skipped(document, Reason.DUPLICATE)
        elif decision.skipped is not None:
            yield skipped(document, decision.skipped.reason, decision.skipped.detail)
        elif decision.fate is Fate.EXISTING:
            yield from self._existing_account(user, decision)
        elif decision.fate is Fate.CREATE:
            yield self._own_account(user)
        # A merged user gets the outcome in MergedUsersPhase, when the other account is known
        # to have arrived.

    def _own_account(self, user: User) -> Step:
        content = self._inputs.picture(user.avatar, user.id) if user.avatar else None
        avatar = data_uri(content) if content else None
        converted = convert_user(user, avatar=avatar, fallback=self._inputs.started)
        row = converted.row
        return Write(
            Item("users", user.id, row, fingerprint(row)),
            converted.notices,
            weight=1000 + len(row.profile_image_url),
            then=self._remember,
        )

    def _remember(self, written: Written) -> None:
        """From now on this user's content has an owner."""
        if written.target_id is not None:
            self._accounts[written.item.source_id] = written.target_id

    def _existing_account(self, user: User, decision: Decision) -> Iterator[Step]:
        account = self._existing[decision.email or ""]
        self._accounts[user.id] = account.id
        if account.id == user_id(user.id):  # an earlier run made it
            yield self._own_account(user)
        else:
            yield Outcome("users", user.id, State.EXISTING, account.id)
        password = (user.password or "").strip()
        wanted = self._inputs.settings.prefer_import_password and account.role != "admin"
        if wanted and usable_hash(password):
            notice = Notice(WarningCode.PASSWORD_REPLACED, account.email)
            yield NewPassword(account, password, notice)


class MergedUsersPhase(Phase):
    """Users whose content goes to the account of another user of the backup."""

    name = "merged users"
    label = "Accounts that were there twice"
    needs = (OwnAccounts,)
    leaves = Accounts

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        own = self.earlier(OwnAccounts)
        self._plan = own.plan
        self._accounts = dict(own.accounts)

    def total(self) -> int | None:
        """One outcome a user."""
        return len(self._plan.of(Fate.MERGE))

    def steps(self) -> Iterator[Step]:
        """One outcome a user: the other account has arrived, or it has not."""
        for source_id in self._plan.of(Fate.MERGE):
            kept = self._plan.decisions[source_id].kept or ""
            account = self._accounts.get(kept)
            if account is None:
                detail = f"the account of user {kept}, which has the same e-mail address"
                yield Outcome("users", source_id, State.FAILED, None, Reason.PARENT_FAILED, detail)
            else:
                self._accounts[source_id] = account
                yield Outcome("users", source_id, State.EXISTING, account)

    def result(self) -> Accounts:
        """All accounts that content can go to."""
        arrived = set(self._accounts.values())
        principals = {
            principal: account
            for principal, account in self._plan.principals.items()
            if account in arrived
        }
        return Accounts(self._accounts, principals)

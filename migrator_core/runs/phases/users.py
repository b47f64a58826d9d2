"""Users: who becomes an account, and whose content goes to which account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from migrator_core.convert.fingerprint import fingerprint
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
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.user import User
from migrator_core.openwebui import Account, Written
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.rows import Item
from migrator_core.runs.context import Context, skipped
from migrator_core.runs.driver import NewPassword, Parcel, Step


def read_identities(context: Context) -> list[Identity]:
    """What the plan needs of every user. Blocking: run it in a thread."""
    if not context.has("users"):
        return []
    identities = []
    for document in context.backup.documents("users"):
        if document.data is None:
            continue
        try:
            identities.append(identity_of(parse(User, document.data)))
        except InvalidDocumentError:
            continue  # the phase gives it its outcome
    return identities


def plan(identities: list[Identity], existing: Mapping[str, Account]) -> AccountPlan:
    """The fate of every user, given the accounts that Open WebUI has already."""
    return plan_accounts(identities, {email: account.id for email, account in existing.items()})


class UsersPhase:
    """``users``: new accounts, and the content of users who have one already."""

    name = "users"

    def __init__(
        self, context: Context, plan: AccountPlan, existing: Mapping[str, Account]
    ) -> None:
        self._context = context
        self._plan = plan
        self._existing = existing

    def total(self) -> int | None:
        """One outcome a user; unreadable documents come on top."""
        return len(self._plan.decisions)

    def steps(self) -> Iterator[Step]:
        """One step a user; users who share an account with another one follow in a later phase."""
        yield from self._plan.notices
        yield from self._context.each("users", User, self._convert)

    def written(self, written: Written) -> None:
        """From now on this user's content has an owner."""
        if written.target_id is not None:
            self._context.accounts[written.item.source_id] = written.target_id

    def _convert(self, document: Document, user: User) -> Iterator[Step]:
        decision = self._plan.decisions[user.id]
        if not self._context.scratch.first_time("user", user.id):
            yield skipped(document, Reason.DUPLICATE)
        elif decision.skipped is not None:
            yield skipped(document, decision.skipped.reason, decision.skipped.detail)
        elif decision.fate is Fate.EXISTING:
            yield from self._existing_account(user, decision)
        elif decision.fate is Fate.CREATE:
            yield self._new_account(user)
        # A merged user gets the outcome in MergedUsersPhase, when the other account is known
        # to have arrived.

    def _new_account(self, user: User) -> Step:
        content = self._context.picture(user.avatar, user.id) if user.avatar else None
        avatar = data_uri(content) if content else None
        converted = convert_user(user, avatar=avatar, fallback=self._context.started)
        row = converted.row
        return Parcel(
            Item("users", user.id, row, fingerprint(row)),
            converted.notices,
            weight=1000 + len(row.profile_image_url),
        )

    def _existing_account(self, user: User, decision: Decision) -> Iterator[Step]:
        account = self._existing[decision.email or ""]
        self._context.accounts[user.id] = account.id
        yield Outcome("users", user.id, State.EXISTING, account.id)
        password = (user.password or "").strip()
        wanted = self._context.settings.prefer_import_password and account.role != "admin"
        if wanted and usable_hash(password):
            notice = Notice(WarningCode.PASSWORD_REPLACED, account.email)
            yield NewPassword(account, password, notice)


class MergedUsersPhase:
    """Users whose content goes to the account of another user of the backup."""

    name = "merged users"

    def __init__(self, context: Context, plan: AccountPlan) -> None:
        self._context = context
        self._plan = plan

    def total(self) -> int | None:
        """One outcome a user."""
        return len(self._plan.of(Fate.MERGE))

    def steps(self) -> Iterator[Step]:
        """One outcome a user: the other account has arrived, or it has not."""
        for source_id in self._plan.of(Fate.MERGE):
            kept = self._plan.decisions[source_id].kept or ""
            account = self._context.accounts.get(kept)
            if account is None:
                detail = f"the account of user {kept}, which has the same e-mail address"
                yield Outcome("users", source_id, State.FAILED, None, Reason.PARENT_FAILED, detail)
            else:
                self._context.accounts[source_id] = account
                yield Outcome("users", source_id, State.EXISTING, account)

    def written(self, written: Written) -> None:
        """Nothing is written here."""

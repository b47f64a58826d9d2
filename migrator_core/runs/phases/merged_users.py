"""Users whose content goes to the account of another one."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.convert.people.accounts import Fate
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import Accounts, OwnAccounts
from migrator_core.runs.steps import Step
from migrator_core.selection import Part


class MergedUsersPhase(Phase):
    """Users whose content goes to the account of another user of the backup."""

    name = "merged users"
    label = "Accounts that were there twice"
    part = Part.USERS
    needs = (OwnAccounts,)
    leaves = Accounts

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        own = self.earlier(OwnAccounts)
        self._plan = own.plan
        self._accounts = dict(own.accounts)
        self._left_out = own.left_out

    def total(self) -> int | None:
        """One outcome a user."""
        return len(self._plan.of(Fate.MERGE))

    def steps(self) -> Iterator[Step]:
        """One outcome a user: the other account has arrived, or it has not."""
        for source_id in self._plan.of(Fate.MERGE):
            kept = self._plan.decisions[source_id].kept or ""
            account = self._accounts.get(kept)
            if not self.is_selected or source_id in self._left_out:
                if account is not None:
                    self._accounts[source_id] = account
                yield Outcome("users", source_id, State.SKIPPED, None, Reason.NOT_SELECTED)
            elif account is None:
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
        return Accounts(self._accounts, principals, self._left_out | self._not_there())

    def _not_there(self) -> frozenset[str]:
        """Those who would have an account now if users had been selected."""
        if self.is_selected:
            return frozenset()
        return frozenset(
            user
            for user, decision in self._plan.decisions.items()
            if decision.skipped is None and user not in self._accounts
        )

"""Groups of people, so that what was shared with a group stays shared with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from migrator_core.convert.fingerprint import fingerprint
from migrator_core.convert.people.grants import RESOURCES, VIEW
from migrator_core.convert.people.groups import convert_group, role_group
from migrator_core.librechat import Document
from migrator_core.librechat.documents.acl_entry import AclEntry
from migrator_core.librechat.documents.group import Group
from migrator_core.librechat.documents.user import User
from migrator_core.openwebui import Written
from migrator_core.rows import Item
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import Accounts, Groups
from migrator_core.runs.steps import Found, Step, Write

ORDINARY_USER = "USER"
"""LibreChat's role of every user who has no other one."""


class GroupsPhase(Phase):
    """``groups``, with those of their members who have an account.

    Where something is shared with a role, the people who had it become a group, too. It counts as
    one more of ``groups``.
    """

    name = "groups"
    label = "Groups"
    collections = frozenset({"groups"})
    needs = (Accounts,)
    leaves = Groups

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._accounts = self.earlier(Accounts)
        self._groups: dict[str, str] = {}
        self._roles: dict[str, str] = {}

    def steps(self) -> Iterator[Step]:
        """One step a group, and one a role that something is shared with."""
        yield from self._inputs.each("groups", Group, self._convert)
        yield from self._of_roles()

    def result(self) -> Groups:
        """The groups that things can be shared with from now on."""
        return Groups(self._groups, self._roles)

    def _of_roles(self) -> Iterator[Step]:
        wanted = {
            (entry.principal_id or "").strip()
            for entry in self._inputs.readable("aclentries", AclEntry)
            if entry.principal_type == "role"
            and entry.resource_type in RESOURCES
            and entry.permission_bits & VIEW
            and entry.expired_at is None
        }
        wanted.discard("")
        if not wanted:
            return
        members: defaultdict[str, list[str]] = defaultdict(list)
        for user in self._inputs.readable("users", User):
            account = self._accounts.of(user.id)
            role = (user.role or "").strip() or ORDINARY_USER
            if account is not None and role in wanted:
                members[role].append(account)
        incomplete = not self._inputs.whole("users")
        for role in sorted(members):
            row = role_group(role, members[role], self._inputs.started)
            item = Item("groups", f"role:{role}", row, fingerprint(row), partial=incomplete)
            yield Found("groups")
            weight = 1000 + 100 * len(row.member_ids)
            yield Write(item, weight=weight, then=partial(self._remember_role, role))

    def _remember_role(self, role: str, written: Written) -> None:
        if written.is_there:
            self._roles[role] = written.item.row.id

    def _convert(self, document: Document, group: Group) -> Iterator[Step]:
        converted = convert_group(group, self._accounts.by_principal, self._inputs.started)
        row = converted.row
        incomplete = not self._inputs.whole("users")
        item = Item(document.collection, group.id, row, fingerprint(row), partial=incomplete)
        weight = 1000 + 100 * len(row.member_ids)
        yield Write(item, converted.notices, weight=weight, then=self._remember)

    def _remember(self, written: Written) -> None:
        if written.is_there:
            self._groups[written.item.source_id] = written.item.row.id

"""Groups of people, so that what was shared with a group stays shared with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from migrator_core.convert.people.grants import EVERYONE, INSTANCE, RESOURCES, VIEW, Principal
from migrator_core.convert.people.groups import convert_group, role_group, tenant_group
from migrator_core.convert.people.tenants import NONE
from migrator_core.convert.result import notice
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.acl_entry import AclEntry
from migrator_core.librechat.documents.group import Group
from migrator_core.librechat.documents.project import Project
from migrator_core.librechat.documents.shared_link import SharedLink
from migrator_core.librechat.documents.user import User
from migrator_core.librechat.values import tenant_of
from migrator_core.openwebui import Written
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import GroupRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import Accounts, Groups, Ids
from migrator_core.runs.steps import Found, Step, Write, left_out, taken
from migrator_core.selection import Part

ORDINARY_USER = "USER"
"""LibreChat's role of every user who has no other one."""


class GroupsPhase(Phase):
    """``groups``, with those of their members who have an account.

    Where something is shared with a role, the people who had it become a group, too; and where one
    tenant was chosen, its people do, if anything of it was public. Each counts as one more of
    ``groups``.
    """

    name = "groups"
    label = "Groups"
    collections = frozenset({"groups"})
    part = Part.GROUPS
    needs = (Accounts, Ids)
    leaves = Groups

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._accounts = self.earlier(Accounts)
        self._chosen = self._accounts.chosen()
        self._groups: dict[str, str] = {}
        self._roles: dict[str, str] = {}
        chosen = bool(inputs.settings.tenant)
        self._everyone: Principal | None = None if chosen else ("user", EVERYONE)

    def steps(self) -> Iterator[Step]:
        """One step a group, and one a role or tenant that something is shared with."""
        yield from self._inputs.each("groups", Group, self._convert)
        yield from self._of_roles()
        if self._inputs.settings.tenant and self._is_anything_public():
            yield from self._of_tenant()

    def result(self) -> Groups:
        """The groups that things can be shared with from now on."""
        return Groups(self._groups, self._roles, self._everyone)

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
        tenant = self._tenant()
        named = "" if tenant is None else f" tenant:{tenant}"
        for role in sorted(members):
            row = role_group(role, members[role], self._inputs.started, tenant)
            then = partial(self._remember_role, role)
            yield from self._made(f"role:{role}{named}", row, then)

    def _tenant(self) -> str | None:
        """The chosen tenant, empty for people without one; None where none was chosen."""
        chosen = self._inputs.settings.tenant
        if not chosen:
            return None
        return "" if chosen == NONE else tenant_of(chosen)

    def _remember_role(self, role: str, written: Written) -> None:
        self._inputs.failed(written)
        if written.is_there:
            self._roles[role] = written.item.row.id

    def _is_anything_public(self) -> bool:
        return (
            any(
                entry.principal_type == "public" and entry.resource_type in RESOURCES
                for entry in self._inputs.readable("aclentries", AclEntry)
            )
            or any(link.is_public for link in self._inputs.readable("sharedlinks", SharedLink))
            or any(one.name == INSTANCE for one in self._inputs.readable("projects", Project))
        )

    def _of_tenant(self) -> Iterator[Step]:
        tenant = self._tenant() or ""
        row = tenant_group(tenant, self._accounts.by_user.values(), self._inputs.started)
        yield from self._made(f"tenant:{tenant}", row, self._remember_tenant)

    def _remember_tenant(self, written: Written) -> None:
        self._inputs.failed(written)
        if written.is_there:
            self._everyone = ("group", written.item.row.id)

    def _made(
        self, source_id: str, row: GroupRow, then: Callable[[Written], None]
    ) -> Iterator[Step]:
        """A group that LibreChat did not have."""
        yield Found("groups")
        for step in self._named(source_id, row, (), then):
            yield from taken(step)
            yield step

    def _named(
        self,
        source_id: str,
        row: GroupRow,
        notices: tuple[Notice, ...],
        then: Callable[[Written], None],
    ) -> Iterator[Step]:
        """A group under an id of its own, and a word where somebody else's has its name."""
        known = row.meta["librechat"]
        source = " ".join(known[name] for name in ("id", "role", "tenant") if name in known)
        ids = self.earlier(Ids)
        row = replace(row, id=ids.free.of("group", row.id, None, source))
        namesakes = [own for own, name in ids.group_names.items() if name == row.name]
        if namesakes and row.id not in ids.group_names:
            text = (
                f"group {row.name}: a group of this name is here already. Ours is another one, and "
                "it alone gets what was shared with it"
            )
            notices = (*notices, notice(WarningCode.ID_TAKEN, text))
        incomplete = not self._inputs.whole("users")
        item = Item("groups", source_id, row, fingerprint(row), partial=incomplete)
        yield self._selected(
            Write(item, notices, weight=1000 + 100 * len(row.member_ids), then=then)
        )

    def _convert(self, _: Document, group: Group) -> Iterator[Step]:
        converted = convert_group(group, self._accounts.by_principal, self._inputs.started)
        yield from self._named(group.id, converted.row, converted.notices, self._remember)

    def _selected(self, write: Write) -> Step:
        """The group, if groups are wanted and somebody is in it whose content is."""
        row = write.item.row
        members = row.member_ids if isinstance(row, GroupRow) else ()
        anybody = not self._inputs.selection.addresses or not self._chosen.isdisjoint(members)
        return write if self.is_selected and anybody else left_out(write)

    def _remember(self, written: Written) -> None:
        self._inputs.failed(written)
        if written.is_there:
            self._groups[written.item.source_id] = written.item.row.id

"""Groups of people, so that what was shared with a group stays shared with it."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.convert.fingerprint import fingerprint
from migrator_core.convert.people.groups import convert_group
from migrator_core.librechat import Document
from migrator_core.librechat.documents.group import Group
from migrator_core.openwebui import Written
from migrator_core.rows import Item
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import Accounts, Groups
from migrator_core.runs.steps import Step, Write


class GroupsPhase(Phase):
    """``groups``, with those of their members who have an account."""

    name = "groups"
    label = "Groups"
    collections = frozenset({"groups"})
    needs = (Accounts,)
    leaves = Groups

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._accounts = self.earlier(Accounts)
        self._groups: dict[str, str] = {}

    def steps(self) -> Iterator[Step]:
        """One step a group."""
        return self._inputs.each("groups", Group, self._convert)

    def result(self) -> Groups:
        """The groups that things can be shared with from now on."""
        return Groups(self._groups)

    def _convert(self, document: Document, group: Group) -> Iterator[Step]:
        converted = convert_group(group, self._accounts.by_principal, self._inputs.started)
        row = converted.row
        partial = not self._inputs.whole("users")
        item = Item(document.collection, group.id, row, fingerprint(row), partial=partial)
        weight = 1000 + 100 * len(row.member_ids)
        yield Write(item, converted.notices, weight=weight, then=self._remember)

    def _remember(self, written: Written) -> None:
        if written.is_there:
            self._groups[written.item.source_id] = written.item.row.id

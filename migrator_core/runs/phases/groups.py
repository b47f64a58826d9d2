"""Groups of people, so that what was shared with a group stays shared with it."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.convert.fingerprint import fingerprint
from migrator_core.convert.people.groups import convert_group
from migrator_core.librechat import Document
from migrator_core.librechat.documents.group import Group
from migrator_core.openwebui import Written
from migrator_core.outcome import State
from migrator_core.rows import Item
from migrator_core.runs.context import Context
from migrator_core.runs.driver import Parcel, Step


class GroupsPhase:
    """``groups``, with those of their members who have an account."""

    name = "groups"

    def __init__(self, context: Context) -> None:
        self._context = context

    def total(self) -> int | None:
        """Not known before the collection has been read."""
        return None

    def steps(self) -> Iterator[Step]:
        """One step a group."""
        return self._context.each("groups", Group, self._convert)

    def written(self, written: Written) -> None:
        """From now on things can be shared with this group."""
        if written.state in {State.MIGRATED, State.EXISTING}:
            self._context.groups[written.item.source_id] = written.item.row.id

    def _convert(self, document: Document, group: Group) -> Iterator[Step]:
        converted = convert_group(group, self._context.principals, self._context.started)
        row = converted.row
        item = Item(document.collection, group.id, row, fingerprint(row))
        yield Parcel(item, converted.notices, weight=1000 + 100 * len(row.member_ids))

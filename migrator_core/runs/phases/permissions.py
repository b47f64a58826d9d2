"""Permissions: read once, handed to prompts and agents, each with an outcome of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from migrator_core.convert.people.grants import (
    EDIT,
    VIEW,
    Principals,
    Resource,
    grants_for,
    has_expired,
    principal_of,
)
from migrator_core.librechat import Document
from migrator_core.librechat.documents.acl_entry import AclEntry
from migrator_core.librechat.documents.base import InvalidDocumentError, parse
from migrator_core.librechat.documents.project import Project
from migrator_core.librechat.values import Millis
from migrator_core.openwebui import Written
from migrator_core.outcome import Notice, Outcome, Reason, State
from migrator_core.rows import Grant
from migrator_core.runs.context import Context
from migrator_core.runs.driver import Step

COLLECTION = "aclentries"
RESOURCES = ("agent", "promptGroup", "sharedLink")
"""What can be shared in both systems."""


@dataclass(frozen=True, slots=True)
class Shares:
    """One resource's permissions: grants, and the outcomes of the entries they come from.

    ``carried`` are the entries that arrive with the resource; ``steps`` are the outcomes of those
    that do not.
    """

    grants: tuple[Grant, ...] = ()
    notices: tuple[Notice, ...] = ()
    carried: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    def unused(self) -> Iterator[Step]:
        """The outcomes where the resource is not migrated after all."""
        yield from self.steps
        for source_id in self.carried:
            yield _left_out(source_id, Reason.RESOURCE_NOT_MIGRATED)

    @property
    def children(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """For the parcel of the resource."""
        return ((COLLECTION, self.carried),) if self.carried else ()


class SharingPhase:
    """``aclentries``: noted for later; only entries of no use here get their outcome now."""

    name = "permissions"

    def __init__(self, context: Context) -> None:
        self._context = context

    def total(self) -> int | None:
        """Not known before the collection has been read."""
        return None

    def steps(self) -> Iterator[Step]:
        """Note every entry under what it gives access to."""
        # LibreChat 0.8 has both collections. Without a single entry, everything in the old shared
        # project would look as if it had never been restricted.
        lost = self._context.has("accessroles") and not self._context.has(COLLECTION)
        self._context.permissions_incomplete = lost
        for step in self._context.each(COLLECTION, AclEntry, self._note):
            if isinstance(step, Outcome) and step.state is State.FAILED:
                self._context.permissions_incomplete = True
            yield step

    def written(self, written: Written) -> None:
        """Nothing is written here."""

    def _note(self, document: Document, entry: AclEntry) -> Iterator[Step]:
        if entry.resource_type in RESOURCES and entry.resource_id:
            key = f"{entry.resource_type}/{entry.resource_id}"
            note = {"source_id": document.source_id, "entry": entry.model_dump(by_alias=True)}
            self._context.scratch.add_note("acl", key, note)
        else:
            # An entry that does not say what it is about may be about anything.
            unknown = entry.resource_type is None or entry.resource_id is None
            self._context.permissions_incomplete |= unknown
            yield _left_out(document.source_id, Reason.NOT_SUPPORTED, entry.resource_type)


class UnusedSharesPhase:
    """The permissions of things that were not migrated."""

    name = "unused permissions"

    def __init__(self, context: Context) -> None:
        self._context = context

    def total(self) -> int | None:
        """Not known beforehand."""
        return None

    def steps(self) -> Iterator[Step]:
        """One skipped outcome an entry."""
        for note in self._context.scratch.remaining_notes("acl"):
            entry = _entry(note)
            detail = f"{entry.resource_type} {entry.resource_id}"
            yield _left_out(note["source_id"], Reason.RESOURCE_NOT_MIGRATED, detail)

    def written(self, written: Written) -> None:
        """Nothing is written here."""


def instance_projects(context: Context) -> list[Project]:
    """The containers by which things were shared before LibreChat 0.8. Blocking.

    None where permissions may be missing: what they restricted must not become public again.
    """
    projects: list[Project] = []
    if context.permissions_incomplete or not context.has("projects"):
        return projects
    for document in context.backup.documents("projects"):
        if document.data is None:
            continue
        try:
            projects.append(parse(Project, document.data))
        except InvalidDocumentError:
            continue  # counted with the other collections; it shares nothing
    return projects


def shares_of(context: Context, resource: Resource) -> Shares:
    """The permissions of one resource; its notes are used up."""
    notes = []
    if resource.source_id is not None:
        key = f"{resource.type}/{resource.source_id}"
        notes = context.scratch.take_notes("acl", key)
        context.claim(COLLECTION, [note["source_id"] for note in notes])
    entries = [(note["source_id"], _entry(note)) for note in notes]
    principals = Principals(context.accounts, context.groups, context.started * 1000)
    grants, notices = grants_for(resource, [entry for _, entry in entries], principals)
    carried: list[str] = []
    steps: list[Step] = []
    for source_id, entry in entries:
        if has_expired(entry, principals.now):
            steps.append(_left_out(source_id, Reason.EXPIRED))
        elif not entry.permission_bits & (VIEW | EDIT):
            steps.append(_left_out(source_id, Reason.NOT_SUPPORTED, "neither view nor edit"))
        elif principal_of(entry, principals) is None:
            whom = f"{entry.principal_type} {entry.principal_id or ''}".strip()
            steps.append(_left_out(source_id, Reason.PRINCIPAL_MISSING, whom))
        else:
            carried.append(source_id)
    return Shares(grants, notices, tuple(carried), tuple(steps))


def _entry(note: dict[str, Any]) -> AclEntry:
    """A noted permission; its date was milliseconds, whatever its size."""
    fields = dict(note["entry"])
    if fields.get("expiredAt") is not None:
        fields["expiredAt"] = Millis(fields["expiredAt"])
    return parse(AclEntry, fields)


def _left_out(source_id: str, reason: Reason, detail: str | None = None) -> Outcome:
    return Outcome(COLLECTION, source_id, State.SKIPPED, None, reason, detail)

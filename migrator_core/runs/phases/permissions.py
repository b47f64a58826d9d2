"""Permissions: read once, handed to prompts and agents, each with an outcome of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from migrator_core.convert.people.grants import (
    EDIT,
    RESOURCES,
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
from migrator_core.librechat.values import normalise_id
from migrator_core.outcome import Notice, Outcome, Reason, State
from migrator_core.rows import Grant
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import Accounts, Groups, Permissions
from migrator_core.runs.steps import Step

COLLECTION = "aclentries"
_RESTRICTED = "restricted by another tenant"
"""What it is noted as that a thing has a permission that says nothing of the chosen tenant."""


class PermissionsPhase(Phase):
    """``aclentries``: noted for later; only entries of no use here get their outcome now."""

    name = "permissions"
    label = "Permissions"
    collections = frozenset({COLLECTION})
    leaves = Permissions

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._notes = inputs.scratch.notes("acl", AclEntry)
        # LibreChat 0.8 has both collections. Without a single entry, everything in the old shared
        # project would look as if it had never been restricted.
        self._incomplete = inputs.has("accessroles") and not inputs.has(COLLECTION)
        self._projects: Sequence[Project] = ()
        self._decided: set[str] = set()

    def steps(self) -> Iterator[Step]:
        """Note every entry under what it gives access to."""
        for step in self._inputs.each(COLLECTION, AclEntry, self._note, self._note_foreign):
            if isinstance(step, Outcome) and step.state is State.FAILED:
                self._incomplete = True
            yield step
        if not self._incomplete:
            # Counted with the other collections; what they shared must not become public again
            # where what restricted it may be missing.
            self._projects = list(self._inputs.readable("projects", Project))

    def result(self) -> Permissions:
        """The entries, and how things were shared before there were any."""
        return Permissions(self._notes, self._projects, self._incomplete, self._decided)

    def _note_foreign(self, document: Document) -> None:
        """Another tenant's entry gives nobody access here, and still restricts what it names."""
        try:
            entry = parse(AclEntry, document.data or {})
        except InvalidDocumentError:
            self._incomplete = True
            return
        if entry.resource_type in RESOURCES and entry.resource_id:
            self._decided.add(entry.resource_type)
            self._inputs.scratch.first_time(_RESTRICTED, entry.resource_type, entry.resource_id)
        else:
            self._incomplete |= entry.resource_type is None or entry.resource_id is None

    def _note(self, document: Document, entry: AclEntry) -> Iterator[Step]:
        if entry.resource_type in RESOURCES and entry.resource_id:
            self._decided.add(entry.resource_type)
            key = (entry.resource_type, entry.resource_id)
            self._notes.add(key, document.source_id, entry)
        else:
            # An entry that does not say what it is about may be about anything.
            self._incomplete |= entry.resource_type is None or entry.resource_id is None
            yield _left_out(document.source_id, Reason.NOT_SUPPORTED, entry.resource_type)


class UnusedPermissionsPhase(Phase):
    """The permissions of things that were not migrated."""

    name = "unused permissions"
    label = "Permissions left over"
    needs = (Permissions,)

    def steps(self) -> Iterator[Step]:
        """One skipped outcome an entry."""
        for noted in self.earlier(Permissions).notes.remaining():
            resource = noted.document.resource_type or "", noted.document.resource_id or ""
            if self._inputs.was_left_out(*resource):
                yield _left_out(noted.source_id, Reason.NOT_SELECTED)
            else:
                yield _left_out(noted.source_id, Reason.RESOURCE_NOT_MIGRATED, " ".join(resource))


@dataclass(frozen=True, slots=True)
class ResourceGrants:
    """One resource's permissions: grants, and the outcomes of the entries they come from.

    ``carried`` are the entries that arrive with the resource, ``carried_as`` what each of them is
    there; ``steps`` are the outcomes of those that do not. ``editors`` are the ids of LibreChat's
    users who may change the resource by an entry of their own.
    """

    grants: tuple[Grant, ...] = ()
    notices: tuple[Notice, ...] = ()
    carried: tuple[str, ...] = ()
    carried_as: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    editors: tuple[str, ...] = ()

    def unused(self) -> Iterator[Step]:
        """The outcomes where the resource is not migrated after all."""
        yield from self.steps
        for source_id in self.carried:
            yield _left_out(source_id, Reason.RESOURCE_NOT_MIGRATED)

    @property
    def children(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """For the step that writes the resource."""
        return ((COLLECTION, self.carried),) if self.carried else ()

    @property
    def things(self) -> dict[str, tuple[str, ...]]:
        """For the step that writes the resource, too."""
        return {COLLECTION: self.carried_as}


class Granting:
    """Gives resources their permissions. A phase that uses it needs :attr:`needs`."""

    needs = (Accounts, Groups, Permissions)
    reads = (COLLECTION, "users", "groups")
    """What must be whole where a permission that is not there is to count as taken back."""

    def __init__(self, inputs: Inputs, phase: Phase) -> None:
        self._inputs = inputs
        self._notes = phase.earlier(Permissions).notes
        groups = phase.earlier(Groups)
        self._principals = Principals(
            phase.earlier(Accounts).by_user,
            groups.by_id,
            inputs.started * 1000,
            groups.by_role,
            groups.everyone,
        )

    def grants_of(self, resource: Resource) -> ResourceGrants:
        """The permissions of one resource; its notes are used up."""
        notes = []
        if resource.source_id is not None:
            notes = self._notes.take(resource.type, resource.source_id)
            self._inputs.claim(COLLECTION, [noted.source_id for noted in notes])
            if self._inputs.scratch.has(_RESTRICTED, resource.type, resource.source_id):
                resource = replace(resource, shared=False)
        principals = self._principals
        grants, notices = grants_for(
            resource,
            [noted.document for noted in notes],
            principals,
            self._inputs.settings.editors,
        )
        carried: dict[str, str] = {}
        steps: list[Step] = []
        for noted in notes:
            left_out = _why_not(noted.document, principals)
            if noted.source_id in carried:  # two documents with one _id
                steps.append(_left_out(noted.source_id, Reason.DUPLICATE))
            elif left_out is None:
                carried[noted.source_id] = _thing(noted.document, grants, principals)
            else:
                steps.append(_left_out(noted.source_id, *left_out))
        editors = (_editor(noted.document, principals) for noted in notes)
        return ResourceGrants(
            grants,
            notices,
            tuple(carried),
            tuple(carried.values()),
            tuple(steps),
            tuple(dict.fromkeys(editor for editor in editors if editor is not None)),
        )


def _editor(entry: AclEntry, principals: Principals) -> str | None:
    """The user who may change a resource, where the entry says so of one."""
    may = entry.permission_bits & VIEW and entry.permission_bits & EDIT
    if entry.principal_type != "user" or not may or has_expired(entry, principals.now):
        return None
    return normalise_id((entry.principal_id or "").strip())


def _thing(entry: AclEntry, grants: Sequence[Grant], principals: Principals) -> str:
    """What the entry is among the grants: the strongest that it gives, nothing for an owner's."""
    principal = principal_of(entry, principals)
    own = [one for one in grants if (one.principal_type, one.principal_id) == principal]
    return (
        f"access/{own[-1].principal_type}/{own[-1].principal_id}/{own[-1].permission}"
        if own
        else ""
    )


def _why_not(entry: AclEntry, principals: Principals) -> tuple[Reason, str | None] | None:
    if has_expired(entry, principals.now):
        return Reason.EXPIRED, None
    if not entry.permission_bits & VIEW:
        return Reason.NOT_SUPPORTED, "no right to view"
    if entry.expired_at is not None:
        return Reason.EXPIRES, None
    if principal_of(entry, principals) is None:
        whom = f"{entry.principal_type} {entry.principal_id or ''}".strip()
        return Reason.PRINCIPAL_MISSING, whom
    return None


def _left_out(source_id: str, reason: Reason, detail: str | None = None) -> Outcome:
    return Outcome(COLLECTION, source_id, State.SKIPPED, None, reason, detail)

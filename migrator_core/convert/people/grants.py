"""Who may use what: LibreChat's permissions as Open WebUI's access grants.

Nothing here ever widens access. What cannot be carried over exactly is left out and reported;
owners keep their things without any grant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from migrator_core.convert.result import notice
from migrator_core.librechat.documents.acl_entry import AclEntry
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.project import Project
from migrator_core.librechat.documents.prompt import PromptGroup
from migrator_core.librechat.values import normalise_id
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import Grant

ResourceType: TypeAlias = Literal["agent", "promptGroup", "sharedLink", "skill"]

RESOURCES = ("agent", "promptGroup", "sharedLink", "skill")
"""What can be shared in both systems."""

VIEW = 1
EDIT = 2
DELETE = 4
SHARE = 8
"""Bits of ``permBits`` (LibreChat 0.8, ``PermissionBits``); insights have no counterpart."""

WRITE = EDIT | DELETE | SHARE
"""What Open WebUI's ``write`` allows: it takes all three to be given it."""

EVERYONE = "*"
"""Open WebUI's principal id for everybody who is signed in."""

INSTANCE = "instance"
"""The project that LibreChat shared with everybody, before there were permissions."""


def is_for_everybody(grants: Iterable[Grant]) -> bool:
    """Whether everybody who is signed in may use what has these permissions."""
    return any(grant.principal_id == EVERYONE for grant in grants)


Principal: TypeAlias = tuple[Literal["user", "group"], str]


@dataclass(frozen=True, slots=True)
class Principals:
    """Who is who in Open WebUI.

    ``accounts`` maps the ``_id`` of a user to the account that user's content went to, merged
    users included; ``groups`` maps the ``_id`` of a group to its row, if it was migrated;
    ``roles`` maps the name of a role to the group of the people who had it; ``everyone`` are those
    for whom something was public, None where they are nobody here; ``now`` is the run's start in
    milliseconds.
    """

    accounts: Mapping[str, str]
    groups: Mapping[str, str]
    now: int
    roles: Mapping[str, str] = field(default_factory=dict)
    everyone: Principal | None = ("user", EVERYONE)


@dataclass(frozen=True, slots=True)
class Resource:
    """The thing whose permissions are asked for.

    ``source_id`` is the row's ``_id`` in hex; ``label`` names it for a warning; ``shared`` and
    ``collaborative`` say how it was shared before LibreChat had permissions.
    """

    type: ResourceType
    source_id: str | None
    owner_id: str
    label: str
    shared: bool = False
    collaborative: bool = False


@dataclass(slots=True)
class _Collected:
    bits: defaultdict[Principal, int] = field(default_factory=lambda: defaultdict(int))
    notices: list[Notice] = field(default_factory=list)

    def narrowed(self, resource: Resource, what: str) -> None:
        self.notices.append(notice(WarningCode.ACCESS_NARROWED, f"{resource.label}: {what}"))

    def say_of_editors(
        self, resource: Resource, principal: Principal, bits: int, grants: Sequence[Grant]
    ) -> None:
        """Warn where somebody who could edit may do less now, or more."""
        kind, whom = principal
        name = "everybody" if whom == EVERYONE else f"{kind} {whom}"
        writes = Grant(kind, whom, "write") in grants
        if bits & EDIT and not writes:
            self.narrowed(resource, f"{name} could edit it and can now read it")
        elif writes and bits & WRITE != WRITE:
            text = f"{resource.label}: {name} could edit it and can now delete and share it, too"
            self.notices.append(notice(WarningCode.ACCESS_WIDENED, text))


def agent_is_shared(agent: Agent, projects: Iterable[Project], *, listed: bool) -> bool:
    """Whether an agent without permissions is public, as it was before LibreChat 0.8 had any.

    ``listed`` asks for the project's own list alone. That is what LibreChat makes permissions of,
    one by one, once it has them (0.8, ``config/migrate-agent-permissions.js``); what the agent
    says of itself is a leftover then.
    """
    return any(
        agent.id in project.agent_ids or (not listed and project.id in agent.project_ids)
        for project in projects
        if project.name == INSTANCE
    )


def prompt_is_shared(group: PromptGroup, projects: Iterable[Project], *, listed: bool) -> bool:
    """Whether a prompt without permissions is public; see :func:`agent_is_shared`."""
    return any(
        group.id in project.prompt_group_ids or (not listed and project.id in group.project_ids)
        for project in projects
        if project.name == INSTANCE
    )


def grants_for(
    resource: Resource,
    entries: Sequence[AclEntry],
    principals: Principals,
    editors: Literal["read", "write"] = "read",
) -> tuple[tuple[Grant, ...], tuple[Notice, ...]]:
    """The grants of one resource, in a fixed order, and a warning for each share narrowed.

    A grant that ends in the future is left out: Open WebUI's grants have no end. Somebody who may
    edit, but not delete and share, gets what ``editors`` says: Open WebUI's ``write`` allows all of
    it.

    ``entries`` may hold other resources' entries; they are ignored. A resource without any entry at
    all, not even an expired one, is as public as ``resource.shared`` says.
    """
    own = [
        entry
        for entry in entries
        if entry.resource_type == resource.type
        and entry.resource_id is not None
        and entry.resource_id == resource.source_id
    ]
    collected = _Collected()
    if not own and resource.shared:
        if principals.everyone is None:
            collected.narrowed(resource, "the share with everybody")
        else:
            bits = VIEW | (EDIT if resource.collaborative else 0)
            collected.bits[principals.everyone] = bits
    for entry in own:
        if entry.expired_at is None:
            _collect(entry, resource, principals, collected)
        elif not has_expired(entry, principals.now) and entry.permission_bits & VIEW:
            collected.narrowed(resource, f"the share with {_named(entry)}, which was to end")
    if resource.type == "sharedLink":  # nobody ever edits through a link
        return _grants(collected.bits, WRITE), tuple(collected.notices)
    grants = _grants(collected.bits, WRITE if editors == "read" else EDIT)
    for principal, bits in sorted(collected.bits.items()):
        collected.say_of_editors(resource, principal, bits, grants)
    return grants, tuple(collected.notices)


def has_expired(entry: AclEntry, now: int) -> bool:
    """Whether the grant had ended before ``now``, in milliseconds."""
    return entry.expired_at is not None and entry.expired_at <= now


def principal_of(entry: AclEntry, principals: Principals) -> Principal | None:
    """Who is meant, in Open WebUI; None for somebody who has no counterpart there."""
    whom = (entry.principal_id or "").strip()
    match entry.principal_type:
        case "public":
            return principals.everyone
        case "role":
            role = principals.roles.get(whom)
            return ("group", role) if role is not None else None
        case "user":
            account = principals.accounts.get(normalise_id(whom) or "")
            return ("user", account) if account is not None else None
        case "group":
            group = principals.groups.get(normalise_id(whom) or "")
            return ("group", group) if group is not None else None
    return None


def _collect(
    entry: AclEntry, resource: Resource, principals: Principals, collected: _Collected
) -> None:
    if not entry.permission_bits & VIEW:
        return
    principal = principal_of(entry, principals)
    if principal is None:
        collected.narrowed(resource, f"the share with {_named(entry)}")
    elif principal != ("user", resource.owner_id):
        collected.bits[principal] |= entry.permission_bits


def _named(entry: AclEntry) -> str:
    kind = entry.principal_type or "an unknown kind of principal"
    return f"{kind} {(entry.principal_id or '').strip()}".strip()


def _grants(bits: Mapping[Principal, int], needed: int) -> tuple[Grant, ...]:
    """Open WebUI's ``write`` does not imply ``read``, so an editor gets both.

    ``needed`` are the bits that make one. Everybody in Open WebUI is more people than everybody in
    LibreChat was: they never get to write.
    """
    grants: list[Grant] = []
    for (kind, principal_id), rights in sorted(bits.items()):
        grants.append(Grant(kind, principal_id, "read"))
        if rights & needed == needed and principal_id != EVERYONE:
            grants.append(Grant(kind, principal_id, "write"))
    return tuple(grants)

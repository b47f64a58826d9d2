"""Groups, roles and who may see what."""

from __future__ import annotations

from bson import ObjectId

from scripts.sample.agents import AGENTS
from scripts.sample.people import PEOPLE
from scripts.sample.prompts import PROMPTS
from scripts.sample.skills import SKILLS
from scripts.sample.values import Document, at, oid

SINCE = at("2025-10-20 08:00")
BITS = {"read": 1, "write": 3}
OWNER_BITS = 15
GROUPS = {
    "design": ("Design team", ["mara", "yuki", "oliver"]),
    "warehouse": ("Warehouse", ["tomas", "tomas", "former"]),
}


def group_id(key: str) -> ObjectId:
    """The ``_id`` of a group."""
    return oid(f"group {key}", SINCE)


def groups() -> list[Document]:
    """The ``groups`` collection: two local ones and one from a directory service."""
    local: list[Document] = [
        {
            "_id": group_id(key),
            "name": name,
            "description": "",
            "memberIds": [PEOPLE[person].hex for person in members],
            "source": "local",
            "createdAt": SINCE,
            "updatedAt": SINCE,
            "__v": 0,
        }
        for key, (name, members) in GROUPS.items()
    ]
    entra = {
        "_id": group_id("entra"),
        "name": "All staff",
        "memberIds": ["6f1d2c3b-0000-4000-8000-00000000a001", "", "nobody-we-know"],
        "source": "entra",
        "idOnTheSource": "9d3c1f00-0000-4000-8000-0000000000ff",
        "createdAt": SINCE,
        "updatedAt": SINCE,
        "__v": 0,
    }
    return [*local, entra]


def groups_truth() -> list[Document]:
    """What becomes of each group: its members are those who were migrated."""
    return [
        {"id": str(group_id("design")), "name": "Design team", "key": "design",
         "members": [PEOPLE["mara"].hex, PEOPLE["yuki"].hex]},
        {"id": str(group_id("warehouse")), "name": "Warehouse", "key": "warehouse",
         "members": [PEOPLE["tomas"].hex]},
        {"id": str(group_id("entra")), "name": "All staff", "key": "entra",
         "members": [PEOPLE["priya"].hex]},
    ]  # fmt: skip


def _entry(kind: str, resource: ObjectId, bits: int, **principal: object) -> Document:
    name = f"acl {kind} {resource} {sorted(map(str, principal.values()))}"
    return {
        "_id": oid(name, SINCE),
        "resourceType": kind,
        "resourceId": resource,
        "permBits": bits,
        **principal,
        "grantedAt": SINCE,
        "createdAt": SINCE,
        "updatedAt": SINCE,
        "__v": 0,
    }


def _principal(name: str) -> Document:
    """The principal fields of an entry: ``public``, ``user:KEY`` or ``group:KEY``."""
    kind, _, key = name.partition(":")
    if kind == "public":
        return {"principalType": "public"}
    if kind == "user":
        return {"principalType": "user", "principalModel": "User", "principalId": PEOPLE[key].id}
    return {"principalType": "group", "principalModel": "Group", "principalId": group_id(key)}


def entries() -> list[Document]:
    """The ``aclentries`` collection: owners, shares, and entries that count for nothing."""
    shared = [
        ("promptGroup", p.id, p.owner, p.access)
        for p in PROMPTS.values()
        if p.exists and not p.legacy
    ]
    shared += [("agent", a.row_id, a.owner, a.access) for a in AGENTS.values() if not a.legacy]
    shared += [("skill", s.id, s.owner, s.access) for s in SKILLS.values()]
    rows: list[Document] = []
    for kind, resource, owner, access in shared:
        rows.append(_entry(kind, resource, OWNER_BITS, **_principal(f"user:{owner}")))
        rows += [_entry(kind, resource, BITS[r], **_principal(p)) for p, r in access.items()]
    private = PROMPTS["summary-mara"].id
    expired = _entry("promptGroup", private, 1, principalType="public")
    rows.append(expired | {"expiredAt": at("2026-01-01 00:00")})
    rows.append(_entry("promptGroup", private, 1, **_principal("user:former")))
    rows.append(_entry("promptGroup", private, 1, principalType="role", principalModel="Role",
                       principalId="NOBODY"))  # fmt: skip
    rows.append(_entry("agent", oid("agent gone", SINCE), 1, principalType="public"))
    return rows


def roles() -> list[Document]:
    """The ``roles`` collection."""
    rights = {"PROMPTS": {"USE": True, "CREATE": True}, "AGENTS": {"USE": True, "CREATE": True}}
    return [
        {"_id": oid(f"role {name}", SINCE), "name": name, "permissions": rights, "__v": 0}
        for name in ("ADMIN", "USER", "OFFICE")
    ]


def access_roles() -> list[Document]:
    """The ``accessroles`` collection."""
    names = {"agent_viewer": 1, "agent_editor": 3, "agent_owner": 15, "promptGroup_viewer": 1}
    return [
        {"_id": oid(f"accessrole {name}", SINCE), "accessRoleId": name, "permBits": bits,
         "resourceType": name.partition("_")[0], "name": f"com_ui_role_{name}", "__v": 0}
        for name, bits in names.items()
    ]  # fmt: skip

"""LibreChat's groups as Open WebUI's groups."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from migrator_core.convert.cleaning import clean_json, clean_text, single_line
from migrator_core.convert.dates import row_dates
from migrator_core.convert.ids import group_id
from migrator_core.convert.result import Converted, notice
from migrator_core.librechat.documents.group import Group
from migrator_core.outcome import WarningCode
from migrator_core.rows import GroupRow

MAX_NAME = 255


def convert_group(group: Group, accounts: Mapping[str, str], fallback: int) -> Converted[GroupRow]:
    """The group with those of its members who have an account.

    Args:
        group: the document.
        accounts: a user's ``_id`` in hex or id at the identity provider → account id.
        fallback: the run's start in seconds, for dates that are missing.
    """
    name = single_line(group.name, limit=MAX_NAME) or f"Group {group.id[:MAX_NAME]}"
    found = [_account(member, accounts) for member in group.member_ids]
    members = list(dict.fromkeys(account for account in found if account is not None))
    dates = row_dates(group.created_at, group.updated_at, group.id, fallback)
    row = GroupRow(
        id=group_id(group.id),
        name=clean_text(name),
        description=clean_text(group.description or ""),
        member_ids=tuple(members),
        meta=clean_json(
            {
                "librechat": {
                    "id": group.id,
                    "source": group.source,
                }
            }
        ),
        created_at=dates.created,
        updated_at=dates.updated,
    )
    ignored = len(group.member_ids) - len(members)
    if not ignored:
        return Converted(row)
    detail = (
        f"group {name}: {ignored} of {len(group.member_ids)} entries in its list of members are "
        "empty, repeated or belong to nobody who has an account"
    )
    return Converted(row, (notice(WarningCode.BACKUP_ODDITY, detail),))


def role_group(
    role: str, members: Iterable[str], fallback: int, tenant: str | None = None
) -> GroupRow:
    """The group of the people who had a role, for what was shared with that role.

    ``members`` are accounts; ``fallback`` is the run's start in seconds; ``tenant`` is the chosen
    one, empty for the people without one: each tenant has its own people of a role.
    """
    source, known = f"role:{role}", {"role": role}
    text = f"role {single_line(role, limit=MAX_NAME - 20)}"
    if tenant is not None:
        source, known = json.dumps(["role", tenant, role]), {"role": role, "tenant": tenant}
        whose = f"of the tenant {single_line(tenant, limit=100)}" if tenant else "without tenant"
        text = f"role {single_line(role, limit=100)} {whose}"
    return GroupRow(
        id=group_id(source),
        name=f"LibreChat {text}",
        description=f"The people who had the {text} in LibreChat.",
        member_ids=tuple(sorted(set(members))),
        meta=clean_json({"librechat": known}),
        created_at=fallback,
        updated_at=fallback,
    )


def tenant_group(tenant: str, members: Iterable[str], fallback: int) -> GroupRow:
    """The group of a tenant's people, for what was public among them; empty for no tenant.

    ``members`` are accounts; ``fallback`` is the run's start in seconds.
    """
    name = single_line(tenant, limit=MAX_NAME - 20)
    whose = f"the tenant {name}" if name else "no tenant"
    return GroupRow(
        id=group_id(f"tenant:{tenant}"),
        name=f"LibreChat tenant {name}" if name else "LibreChat without tenant",
        description=f"The people of {whose} in LibreChat.",
        member_ids=tuple(sorted(set(members))),
        meta=clean_json({"librechat": {"tenant": tenant}}),
        created_at=fallback,
        updated_at=fallback,
    )


def _account(member: str, accounts: Mapping[str, str]) -> str | None:
    key = member.strip()
    return accounts.get(key) or accounts.get(key.lower())

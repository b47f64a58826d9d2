"""What the mapping modules share: one row of one table, and what must be known beyond our row."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrator_core.record import record
from migrator_core.rows import Grant

_NAMESPACE = uuid.UUID("0f5d3c2e-6a55-5e0c-9d3f-6f3f4b1f7a10")
"""For the ids of rows that only accompany another row (members, grants, history entries)."""


@record
class TableRow:
    """One row to insert. A value of None is left out, so that the column's own default applies.

    ``if_absent`` rows give way to a row that is already there (a tag that the user has anyway).
    """

    table: str
    values: Mapping[str, object]
    if_absent: bool = False


@dataclass(frozen=True, slots=True)
class MappingContext:
    """Facts about the target. ``now`` and ``earliest_account`` are seconds since the epoch.

    ``searches_flat`` says that it searches a flat copy of the messages only, as 0.10 does.
    ``keeps_versions`` says that it keeps versions of models, as it does from 0.12 on.
    ``keeps_skill_files`` says that a skill of it has files, as from 0.12 on.
    ``path`` is where the storage provider has put the bytes of the file that is mapped.
    """

    now: int
    earliest_account: int
    creator: str
    default_group: str | None
    group_share: bool | str
    searches_flat: bool = False
    keeps_versions: bool = True
    keeps_skill_files: bool = True
    path: str | None = None


def companion_id(kind: str, *parts: str) -> str:
    """The id of an accompanying row, the same for the same migration."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join((kind, *parts))))


def grant_rows(
    resource_type: str, resource_id: str, grants: tuple[Grant, ...], created_at: int
) -> list[TableRow]:
    """The ``access_grant`` rows of a resource (``models/access_grants.py``)."""
    rows: list[TableRow] = []
    for grant in dict.fromkeys(grants):
        values: dict[str, object] = {
            "resource_type": resource_type,
            "resource_id": resource_id,
            "principal_type": grant.principal_type,
            "principal_id": grant.principal_id,
            "permission": grant.permission,
        }
        values = {"id": grant_id(values), **values, "created_at": created_at}
        rows.append(TableRow("access_grant", values, if_absent=True))
    return rows


def grant_id(values: Mapping[str, Any]) -> str:
    """The id of a row of ``access_grant``."""
    names = ("resource_type", "resource_id", "principal_type", "principal_id", "permission")
    return companion_id("access_grant", *(str(values[name]) for name in names))

"""Rows that have ids such as ours and that no run of ours is known to have made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.database.parameters import in_portions
from migrator_core.openwebui.ledger.reader import LedgerReader

_SOURCES = ("file_id", "conversationId", "id", "role", "tenant", "model")
"""What ``meta.librechat`` names a thing by, in this order."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Whose a row is, and what it says it came from; None for what it does not say."""

    id: str
    owner: str | None
    source: str | None


class Strangers:
    """Open WebUI gives its rows random ids (UUIDs of version 4), and we give derived ones."""

    def __init__(self, target: OpenWebUI) -> None:
        """Ask this target and its ledger."""
        self._target = target
        self._ledger = LedgerReader(target)

    async def among(self, table: str, versions: str) -> tuple[list[Stranger], set[str]]:
        """The rows with ids of these versions that the ledger does not know, and what it knows."""
        described = self._target.schema.table(table)
        # On the ids alone, which an index holds: the rows may be large.
        query = sa.select(described.c.id).where(
            sa.func.substr(described.c.id, 15, 1).in_(list(versions))
        )
        found = [row.id for row in await self._target.database.rows(query)]
        ours = await self._ledger.made(table, found)
        unknown = [row_id for row_id in found if row_id not in ours]
        return await self._described(described, unknown), ours

    async def group_names(self) -> Mapping[str, str]:
        """The groups that there are: a group's name by its id."""
        group = self._target.schema.table("group")
        rows = await self._target.database.rows(sa.select(group.c.id, group.c.name))
        return {row.id: row.name or "" for row in rows}

    async def _described(self, table: sa.Table, row_ids: Sequence[str]) -> list[Stranger]:
        owner = table.c.get("user_id") if table.name != "group" else None
        query = sa.select(
            table.c.id, sa.null().label("owner") if owner is None else owner.label("owner"),
            table.c.meta,
        )  # fmt: skip

        async def ask(connection: AsyncConnection) -> list[Stranger]:
            found: list[Stranger] = []
            for some in in_portions(row_ids):
                rows = await connection.execute(query.where(table.c.id.in_(some)))
                found += (Stranger(row.id, row.owner, _source(row.meta)) for row in rows)
            return found

        return await self._target.database.read(ask)


def _source(meta: Any) -> str | None:  # noqa: ANN401 - whatever somebody put there
    known = meta.get("librechat") if isinstance(meta, dict) else None
    if not isinstance(known, dict):
        return None
    found = {name: known[name] for name in _SOURCES if isinstance(known.get(name), str)}
    if found.keys() == {"role", "tenant"}:  # the people of a role, of one tenant
        return f"{found['role']} {found['tenant']}"
    return next(iter(found.values()), None)

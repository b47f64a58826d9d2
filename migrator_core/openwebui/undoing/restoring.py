"""Rows that a run changed, on their way back to what they were: all of a thing, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.catching_up.remembering import ChangedRow
from migrator_core.openwebui.contents.patches import TouchedError, put_back, row_digest
from migrator_core.openwebui.contents.review import Change, Delete, Insert, Update
from migrator_core.openwebui.mapping.context import TableRow
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.registry import WRITTEN

_PLACES = {table.name: place for place, table in enumerate(WRITTEN)}
_Key: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class WayBack:
    """The rows of one thing, as they are and as they were before a run."""

    now: dict[_Key, Mapping[str, Any] | None] = field(default_factory=dict)
    before: dict[_Key, Mapping[str, Any] | None] = field(default_factory=dict)

    def changes(self) -> list[Change]:
        """What makes them what they were; parents come before their children, or go after them."""
        added: list[tuple[int, Change]] = []
        removed: list[tuple[int, Change]] = []
        for (table, key), before in self.before.items():
            now, place = self.now[table, key], _PLACES[table]
            if before == now:
                continue
            if before is None:
                removed.append((-place, Delete(table, dict(key))))
            elif now is None:
                added.append((place, Insert(TableRow(table, before))))
            else:
                values = {name: before[name] for name in before if before[name] != now[name]}
                added.append((place, Update(table, dict(key), values)))
        ordered = [*sorted(added, key=_place), *sorted(removed, key=_place)]
        return [change for _, change in ordered]

    def rows(self) -> list[tuple[str, str]]:
        """The rows that become what they were: table and id."""
        ids = [(table, dict(key).get("id")) for table, key in self.before]
        return [(table, row_id) for table, row_id in ids if row_id is not None]

    def values(self) -> list[object]:
        """Everything in the rows as they will be."""
        return [value for row in self.before.values() if row is not None for value in row.values()]

    def tags(self) -> list[str]:
        """The keys of the tags that a chat has before a run, where the run changed the chat."""
        found = []
        for (table, _), row in self.before.items():
            if table == "chat" and row is not None:
                meta = row.get("meta")
                tags = meta.get("tags") if isinstance(meta, dict) else None
                found += [f"{row['user_id']}/{tag}" for tag in tags or ()]
        return found


async def way_back(
    connection: AsyncConnection,
    memories: Sequence[Sequence[ChangedRow]],
    schema: Schema,
    *,
    lock: bool = False,
) -> WayBack:
    """What a thing becomes that a run changed; ``memories`` are those of the run, newest first.

    Raises:
        TouchedError: somebody has changed since what would be put back; its text says what.
    """
    way = WayBack()
    for memory in memories:
        for changed in memory:
            if changed.table not in schema.tables:
                continue
            key = (changed.table, tuple(sorted(changed.key.items())))
            if key not in way.now:
                way.now[key] = way.before[key] = await _row(connection, changed, schema, lock=lock)
            way.before[key] = _step_back(way.before[key], changed)
    for (table, _), row in way.before.items():
        if table == "chat" and row is not None and not _is_whole(row.get("chat")):
            raise TouchedError("messages")
    return way


def _step_back(now: Mapping[str, Any] | None, changed: ChangedRow) -> Mapping[str, Any] | None:
    patch = changed.patch
    if "in" in patch:
        if now is None:
            raise TouchedError(changed.table)
        try:
            return put_back(now, patch)
        except TouchedError as error:
            raise TouchedError(_spoken(changed.table, str(error))) from error
    if "now" in patch:
        if now is not None and row_digest(now) != patch["now"]:
            raise TouchedError(changed.table)
        return None
    if now is not None:
        raise TouchedError(changed.table)
    was: Mapping[str, Any] = patch["was"]
    return was


def _spoken(table: str, place: str) -> str:
    column, _, inside = place.partition("/")
    if table in {"chat_message", "feedback"} or inside.startswith("history"):
        return "messages"
    return inside.partition("/")[0] or column


def _is_whole(document: object) -> bool:
    """Whether every message of a chat would still hang on one that is there, and be shown."""
    history = document.get("history") if isinstance(document, dict) else None
    messages = history.get("messages") if isinstance(history, dict) else None
    if not isinstance(messages, dict) or not isinstance(history, dict):
        return True
    parents = {m.get("parentId") for m in messages.values() if isinstance(m, dict)}
    return all(not key or key in messages for key in (*parents, history.get("currentId")))


async def _row(
    connection: AsyncConnection, changed: ChangedRow, schema: Schema, *, lock: bool
) -> Mapping[str, Any] | None:
    table = schema.table(changed.table)
    where = [table.c[name] == value for name, value in changed.key.items()]
    query = sa.select(table).where(*where)
    if lock:
        query = query.with_for_update()
    found = (await connection.execute(query)).mappings().first()
    return None if found is None else dict(found)


def _place(ordered: tuple[int, Change]) -> int:
    return ordered[0]

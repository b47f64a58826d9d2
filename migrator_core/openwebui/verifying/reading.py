"""A few items of one kind, as they lie in the tables, and what is needed to judge them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.item import Item
from migrator_core.openwebui.belonging import conditions
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.database.parameters import askable, in_portions
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.kind import Kind, Part
from migrator_core.openwebui.tables.registry import kind_named, kind_of
from migrator_core.openwebui.verifying.access import GRANT
from migrator_core.openwebui.verifying.chats import tag_ids
from migrator_core.openwebui.verifying.comparison import GRANTS
from migrator_core.openwebui.verifying.facts import Key, Rows, Values, one
from migrator_core.openwebui.writing.conflicts import Written
from migrator_core.outcome import State

_NOT_SHARED = ("folder", "file")
"""Kinds that can be shared in Open WebUI, and that we never share."""


@dataclass(slots=True)
class Found:
    """The rows of one item: ours, and those that somebody added."""

    ours: defaultdict[str, list[Values]] = field(default_factory=lambda: defaultdict(list))
    others: defaultdict[str, list[Values]] = field(default_factory=lambda: defaultdict(list))


async def read_items(
    target: OpenWebUI, kind: Kind[Any], expected: Mapping[str, Rows]
) -> dict[str, Found]:
    """The items that are there, of those that are expected, by key.

    Raises:
        ValueError, TypeError, LookupError: a row holds what its columns cannot hold.
    """
    rows = await target.database.read(
        lambda connection: _read_rows(connection, target.schema, kind, expected)
    )
    items = {"/".join(str(row[c]) for c in kind.key): Found() for row in rows[kind.name]}
    for row in rows[kind.name]:
        items["/".join(str(row[c]) for c in kind.key)].ours[kind.name].append(row)
    for part in kind.parts:
        _assign(part, rows[part.table.name], items, kind.name)
    if kind.name in _NOT_SHARED:
        for row in rows[GRANTS]:
            if row["resource_id"] in items:
                items[row["resource_id"]].others[GRANTS].append(row)
    return items


async def _read_rows(
    connection: AsyncConnection, schema: Schema, kind: Kind[Any], expected: Mapping[str, Rows]
) -> defaultdict[str, list[Values]]:
    rows: defaultdict[str, list[Values]] = defaultdict(list)
    # No index finds these by their item; so they are asked for by the ids that they should have.
    sought = {part.table.name for part in kind.parts if "." in part.column}
    for some in in_portions(askable(expected)):
        for table, condition in conditions(kind, some, schema).items():
            if table not in sought:
                rows[table] += await _select(connection, schema.table(table), condition)
        if kind.name in _NOT_SHARED:
            rows[GRANTS] += await _grants(connection, schema, kind.name, some)
    for name in sought & schema.tables.keys():
        described = schema.table(name)
        ids = [row["id"] for one in expected.values() for row in one.get(name, ())]
        for some in in_portions(askable(ids)):
            rows[name] += await _select(connection, described, described.c.id.in_(some))
    return rows


async def _select(
    connection: AsyncConnection, table: sa.Table, condition: sa.ColumnElement[bool]
) -> list[Values]:
    found = await connection.execute(sa.select(table).where(condition))
    return [dict(row) for row in found.mappings()]


async def _grants(
    connection: AsyncConnection, schema: Schema, resource_type: str, keys: Sequence[str]
) -> list[Values]:
    grant = schema.table(GRANTS)
    ours = sa.and_(grant.c.resource_type == resource_type, grant.c.resource_id.in_(keys))
    return await _select(connection, grant, ours)


def _assign(part: Part, rows: Iterable[Values], items: Mapping[str, Found], main: str) -> None:
    """Give every row of a part to the item that it belongs to."""
    owners = {found.ours[main][0][part.of]: found for found in items.values()}
    column, _, inside = part.column.partition(".")
    for row in rows:
        value = row[column]
        owner = owners.get(value.get(inside) if inside and isinstance(value, dict) else value)
        if owner is not None:
            (owner.ours if part.is_ours(row) else owner.others)[part.table.name].append(row)


def pointed_at(expected: Rows, found: Found | None) -> set[Key]:
    """The rows that an item points to, as it was migrated and as it is."""
    keys: set[Key] = set()
    for rows in (expected, found.ours if found else {}):
        for chat in rows.get("chat", ()):
            keys |= {("folder", chat.get("folder_id") or "")}
            keys |= {("shared_chat", chat.get("share_id") or "")}
    for links in ("chat_file", "knowledge_file"):
        keys |= {("file", row["file_id"]) for row in expected.get(links, ())}
    keys |= {("tag", f"{row['user_id']}/{row['id']}") for row in expected.get("tag", ())}
    keys |= {("user", row["user_id"]) for row in expected.get("group_member", ())}
    for row in expected.get(GRANTS, ()):
        principal_type, principal, _ = (row[name] for name in GRANT)
        if principal_type in {"user", "group"}:
            keys.add((principal_type, principal))
    return {(table, key) for table, key in keys if key}


def lost_tags(expected: Rows, found: Found) -> set[str]:
    """Tags that a chat had and has no more: user and id, joined by a slash."""
    wanted, chat = one(expected, "chat"), one(found.ours, "chat")
    if wanted is None or chat is None:
        return set()
    return {f"{wanted['user_id']}/{tag}" for tag in tag_ids(wanted) - tag_ids(chat)}


async def existing(target: OpenWebUI, keys: Iterable[Key]) -> frozenset[Key]:
    """Those of some rows that are there."""
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for table, key in keys:
        wanted[table].append(key)

    async def ask(connection: AsyncConnection) -> set[Key]:
        found: set[Key] = set()
        for name, ids in wanted.items():
            columns = [target.schema.table(name).c[column] for column in kind_named(name).key]
            for some in in_portions(askable(ids)):
                last = [key.split("/", len(columns) - 1)[-1] for key in some]
                rows = await connection.execute(sa.select(*columns).where(columns[-1].in_(last)))
                found |= {(name, "/".join(row)) for row in rows}
        return found

    return frozenset(await target.database.read(ask)) if wanted else frozenset()


async def recognised(target: OpenWebUI, items: Sequence[Item]) -> list[Written | None]:
    """Where each of some items is, None for what is not there."""
    keys = [(kind_of(item.row).name, kind_of(item.row).key_of(item.row)) for item in items]
    there = await existing(target, keys)
    return [
        Written(item, State.EXISTING, target_id=key[1]) if key in there else None
        for item, key in zip(items, keys, strict=True)
    ]

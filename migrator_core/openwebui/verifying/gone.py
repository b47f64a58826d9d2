"""Rows that are gone: taken away by people, or lost.

Where Open WebUI deletes something it deletes what belongs to it, too (``models/*.py``, 0.10 to
0.12). What is left over shows that it was not Open WebUI.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.database.parameters import askable, in_portions
from migrator_core.openwebui.verifying.chats import tag_ids

_WITNESSES: Mapping[str, tuple[tuple[str, str, str | None], ...]] = {
    "user": (("auth", "id", None),),
    "group": (("group_member", "group_id", None),),
    "folder": (("chat", "folder_id", None),),
    "chat": (("chat_message", "chat_id", None),),
    "shared_chat": (("chat", "share_id", None),),
    "prompt": (("prompt_history", "prompt_id", None), ("access_grant", "resource_id", "prompt")),
    "knowledge": (
        ("knowledge_file", "knowledge_id", None),
        ("access_grant", "resource_id", "knowledge"),
    ),
    "skill": (("skill_history", "skill_id", None), ("access_grant", "resource_id", "skill")),
    "model": (("model_history", "model_id", None), ("access_grant", "resource_id", "model")),
}
"""By kind, where its rows leave a trace: table, column, and the type of what a grant is for."""


async def traces_of(target: OpenWebUI, kind: str, keys: Sequence[str]) -> set[str]:
    """Those of some items without a row of their own of which something is left."""
    if kind == "tag":
        return await named_by_chats(target, keys)
    schema = target.schema

    async def ask(connection: AsyncConnection) -> set[str]:
        found: set[str] = set()
        for table_name, column_name, resource_type in _WITNESSES.get(kind, ()):
            if table_name not in schema.tables:
                continue
            table = schema.table(table_name)
            column = table.c[column_name]
            query = sa.select(column).distinct()
            if resource_type is not None:
                query = query.where(table.c.resource_type == resource_type)
            for some in in_portions(askable(keys)):
                found |= set((await connection.execute(query.where(column.in_(some)))).scalars())
        return found

    return await target.database.read(ask)


async def named_by_chats(target: OpenWebUI, tags: Iterable[str]) -> set[str]:
    """Those of some tags (user and id, joined by a slash) that a chat of their user has."""
    by_user: defaultdict[str, set[str]] = defaultdict(set)
    for tag in tags:
        user, _, tag_id = tag.partition("/")
        by_user[user].add(tag_id)
    chat = target.schema.table("chat")
    found: set[str] = set()
    for user in askable(by_user):

        async def ask(connection: AsyncConnection, user: str = user) -> set[str]:
            named: set[str] = set()
            rows = await connection.execute(sa.select(chat.c.meta).where(chat.c.user_id == user))
            for meta in rows.scalars():
                named |= tag_ids({"meta": meta})
            return named

        try:
            named = await target.database.read(ask)
        except ValueError:  # a chat of theirs cannot be read, which is a finding of its own
            continue
        found |= {f"{user}/{tag_id}" for tag_id in by_user[user] & named}
    return found


async def orphans_of(target: OpenWebUI, tags: Iterable[str]) -> frozenset[str]:
    """Those of some tags that have a row, and that no chat of their user has."""
    wanted = list(tags)
    if not wanted:
        return frozenset()
    tag = target.schema.table("tag")

    async def ask(connection: AsyncConnection) -> set[str]:
        pairs: list[Any] = [tuple(one.split("/", 1)) for one in askable(wanted)]
        found: set[str] = set()
        for some in in_portions(pairs):
            both = sa.tuple_(tag.c.user_id, tag.c.id).in_(some)
            rows = await connection.execute(sa.select(tag.c.user_id, tag.c.id).where(both))
            found |= {f"{user}/{tag_id}" for user, tag_id in rows}
        return found

    rows = await target.database.read(ask)
    return frozenset(rows - await named_by_chats(target, rows))

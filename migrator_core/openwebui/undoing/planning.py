"""What an undo would do, found out by reading alone: a preview, and the first half of an undo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.patches import TouchedError
from migrator_core.openwebui.database.parameters import in_portions
from migrator_core.openwebui.ledger.records import LedgerItem, RunRecord
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.registry import kind_named
from migrator_core.openwebui.undoing.looking import verdicts
from migrator_core.openwebui.undoing.memory import UndoMemory
from migrator_core.openwebui.undoing.needs import Needs
from migrator_core.openwebui.undoing.ours import is_our_link, things_of
from migrator_core.openwebui.undoing.plan import Decision, Plan, Thing, Verdict, keys_of
from migrator_core.openwebui.undoing.references import References, names_in
from migrator_core.openwebui.undoing.restoring import way_back
from migrator_core.undoing import Kept

_ROW_OF = "row of "
"""What the plan holds of rows that become what they were: a row of this table, by its id."""

_AT_ONCE = 100
_DOCUMENTS_AT_ONCE = 20
"""Chats, and copies of them: each may be megabytes."""


def at_once(kind: str) -> int:
    """How many things of a kind are read, or removed in one transaction."""
    return _DOCUMENTS_AT_ONCE if kind in {"chat", "shared_chat"} else _AT_ONCE


class Planning:
    """Fills the plan of one undo. ``breathe`` is called between two questions, and may raise."""

    def __init__(
        self,
        target: OpenWebUI,
        memory: UndoMemory,
        run: RunRecord,
        plan: Plan,
        breathe: Callable[[int], None],
    ) -> None:
        """Plan the undo of a run."""
        self._target = target
        self._memory = memory
        self._run = run
        self._plan = plan
        self._breathe = breathe
        self._references = References(target)
        self._needs = Needs(target, plan, self._references, breathe)

    async def fill(self) -> None:
        """Decide about everything that the run made or changed."""
        await self._look_at_what_was_made()
        await self._look_at_what_was_changed()
        async for entry in self._memory.kept_of_later_runs(self._run):
            thing = _thing(entry)
            if not self._plan.has(thing.kind, thing.key):
                self._plan.decide(thing, Verdict(Decision.STAYS))
        await self._keep_what_others_use()
        await self._needs.keep()
        await self._keep_tags()

    async def _look_at_what_was_made(self) -> None:
        waiting: defaultdict[str, list[Thing]] = defaultdict(list)
        async for entry in self._memory.made_by(self._run.id):
            thing = _thing(entry)
            waiting[thing.kind].append(thing)
            if len(waiting[thing.kind]) == at_once(thing.kind):
                await self._look(thing.kind, waiting.pop(thing.kind))
        for kind, things in waiting.items():
            await self._look(kind, things)

    async def _look(self, name: str, things: Sequence[Thing]) -> None:
        kind = kind_named(name)
        written = await self._memory.written(name, keys_of(things))
        since, schema = self._run.started_at, self._target.schema
        found = await self._target.database.read(
            lambda connection: verdicts(connection, kind, things, written, since, schema)
        )
        for thing in things:
            self._plan.decide(thing, found[thing.key])
        self._breathe(len(things))

    async def _look_at_what_was_changed(self) -> None:
        async for entry in self._memory.replaced_by(self._run.id):
            thing = _thing(entry)
            if not self._plan.has(thing.kind, thing.key):
                self._plan.decide(thing, await self._restorable(thing))
            self._breathe(1)

    async def _restorable(self, thing: Thing) -> Verdict:
        replacement = await self._memory.replacement(self._run.id, thing.kind, thing.key)
        if replacement.only_bytes:
            return Verdict(Decision.KEEP, Kept.NEEDED, "its bytes, which had been lost")
        if not replacement.known:
            return Verdict(Decision.KEEP, Kept.UNKNOWN)
        schema = self._target.schema
        try:
            way = await self._target.database.read(
                lambda connection: way_back(connection, replacement.memories, schema)
            )
        except TouchedError as error:
            return Verdict(Decision.KEEP, Kept.CHANGED, str(error))
        for tag in way.tags():
            self._plan.hold("tag", tag)
        for table, row_id in way.rows():
            self._plan.hold(_ROW_OF + table, row_id)
        self._needs.keep_named(thing, way.values())
        return Verdict(Decision.RESTORE)

    async def _keep_what_others_use(self) -> None:
        async for table, rows in self._references.rows(self._run.started_at):
            named: dict[str, str] = {}
            for row in rows:
                if not self._goes(table, row):
                    named |= dict.fromkeys(names_in(row.values()), f"{table} {row.get('id', '')}")
            for thing in self._plan.removable(named):
                self._plan.keep(thing.kind, thing.key, Kept.USED, f"by {named[thing.key]}".strip())
            self._breathe(0)

    def _goes(self, table: str, row: Mapping[str, Any]) -> bool:
        """Whether a row says nothing about what stays: it goes, or becomes what it was."""
        if is_our_link(table, row) or self._plan.is_held(_ROW_OF + table, str(row.get("id"))):
            return True
        return any(self._plan.removes(kind, name) for kind, name in things_of(table, row))

    async def _keep_tags(self) -> None:
        """Only the chats of its person name a tag, and by a word that may stand anywhere."""
        for things in self._plan.things(Decision.REMOVE, "tag"):
            async for tag in self._tags_of_chats({t.key.split("/", 1)[0] for t in things}):
                self._plan.hold("tag", tag)
            for thing in things:
                if self._plan.is_held("tag", thing.key):
                    self._plan.keep("tag", thing.key, Kept.NEEDED, "by chats that stay")

    async def _tags_of_chats(self, users: set[str]) -> AsyncIterator[str]:
        async def ask(connection: AsyncConnection) -> list[tuple[str, str]]:
            return await tags_of_chats(connection, users, self._target.schema)

        for chat, tag in await self._target.database.read(ask):
            if not self._plan.goes("chat", chat):
                yield tag


async def tags_of_chats(
    connection: AsyncConnection, users: Iterable[str], schema: Schema
) -> list[tuple[str, str]]:
    """The tags of all chats of these people: the chat's id, and the tag's key."""
    chat = schema.table("chat")
    query = sa.select(chat.c.id, chat.c.user_id, chat.c.meta)
    found: list[tuple[str, str]] = []
    for some in in_portions(sorted(users), 20):
        for chat_id, user_id, meta in await connection.execute(
            query.where(chat.c.user_id.in_(some))
        ):
            tags = meta.get("tags") if isinstance(meta, dict) else None
            found += [(chat_id, f"{user_id}/{tag}") for tag in tags or [] if isinstance(tag, str)]
    return found


def _thing(entry: LedgerItem) -> Thing:
    return Thing(entry.target_kind or "", entry.target_id or "", entry.collection, entry.source_id)

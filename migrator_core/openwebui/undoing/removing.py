"""An undo's second half: what the plan says, in short transactions, each looked at once more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.access_row import SHARED_MODELS
from migrator_core.openwebui.belonging import conditions
from migrator_core.openwebui.catching_up.changes import apply, begin
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.digests import Digests
from migrator_core.openwebui.contents.patches import TouchedError
from migrator_core.openwebui.database.faults import RejectedError
from migrator_core.openwebui.database.parameters import in_portions
from migrator_core.openwebui.ledger.ledger import Ledger
from migrator_core.openwebui.ledger.records import BYTES, RunRecord
from migrator_core.openwebui.storage.faults import StorageError
from migrator_core.openwebui.tables.kind import Kind
from migrator_core.openwebui.tables.registry import KINDS, kind_named
from migrator_core.openwebui.undoing.looking import verdicts
from migrator_core.openwebui.undoing.memory import UndoMemory
from migrator_core.openwebui.undoing.needs import Needs
from migrator_core.openwebui.undoing.ours import (
    LINKS,
    NAMED_BY,
    is_our_link,
    parts_in,
    things_of,
)
from migrator_core.openwebui.undoing.plan import Decision, Plan, Thing, Verdict, keys_of
from migrator_core.openwebui.undoing.planning import at_once, tags_of_chats
from migrator_core.openwebui.undoing.references import References
from migrator_core.openwebui.undoing.restoring import WayBack, way_back
from migrator_core.openwebui.undoing.vectors import Vectors
from migrator_core.undoing import Kept


class Removing:
    """Carries out one plan. ``breathe`` is called between two transactions, and may raise."""

    def __init__(
        self,
        target: OpenWebUI,
        ledger: Ledger,
        memory: UndoMemory,
        run: RunRecord,
        plan: Plan,
        breathe: Callable[[int], None],
    ) -> None:
        """Undo a run."""
        self._target = target
        self._ledger = ledger
        self._memory = memory
        self._run = run
        self._plan = plan
        self._breathe = breathe
        self._references = References(target)
        self._needs = Needs(target, plan, self._references, breathe)
        self._vectors = Vectors(target, ledger)

    @property
    def vectors_left(self) -> int:
        """In how many collections vectors stay that were to go."""
        return len(self._vectors.left)

    async def carry_out(self) -> None:
        """Everything, in an order in which nothing is left that names what is gone."""
        await self._references.tables()
        await self.take_bytes_back()  # of an undo that was killed
        for restored in self._plan.things(Decision.RESTORE):
            for thing in restored:
                await self._restore(thing)
                await self._needs.keep()  # of what was touched meanwhile
                self._breathe(1)
        for kind in _ORDER:
            for decision in (Decision.GONE, Decision.REMOVE):
                for page in self._plan.things(decision, kind.name):
                    for some in in_portions(page, at_once(kind.name)):
                        things = self._plan.still(decision, some)
                        if things:
                            await self._remove(kind, things)
                            await self._needs.keep()
                        self._breathe(len(some))
            if kind.bytes_at is not None:
                await self.take_bytes_back()

    async def take_bytes_back(self) -> None:
        """Bytes whose rows are gone, and that no other row names."""
        async for entry in self._memory.bytes_to_take_back(self._run.id):
            path = str((entry.replaced or {}).get(BYTES, ""))
            key = str(entry.target_id)
            try:
                if path and not await self._is_named(path):
                    await self._target.storage.take_back(path)
            except StorageError as error:
                self._plan.decide(Thing("file", key, entry.collection, entry.source_id), _FAILED)
                self._plan.keep("file", key, Kept.FAILED, str(error))
                continue
            await self._ledger.forget_bytes(entry.number)
            self._breathe(0)

    async def _is_named(self, path: str) -> bool:
        file = self._target.schema.table("file")
        query = sa.select(file.c.id).where(file.c.path == path).limit(1)
        return bool(await self._target.database.rows(query))

    async def _restore(self, thing: Thing) -> None:
        replacement = await self._memory.replacement(self._run.id, thing.kind, thing.key)
        schema = self._target.schema

        async def commit(connection: AsyncConnection) -> WayBack:
            await begin(connection)
            way = await way_back(connection, replacement.memories, schema, lock=True)
            await apply(connection, way.changes(), schema)
            await self._ledger.mark_undone(self._run.id, replacement.numbers, connection)
            return way

        try:
            way = await self._target.database.try_write(commit)
        except TouchedError as error:
            self._plan.keep(thing.kind, thing.key, Kept.CHANGED, str(error))
        except RejectedError as error:
            self._plan.keep(thing.kind, thing.key, Kept.FAILED, str(error))
        else:
            self._plan.done([thing])
            await self._vectors.forget(await self._vectors.of_restored(thing.key, way))

    async def _remove(self, kind: Kind[Any], things: Sequence[Thing]) -> None:
        """Remove them together; where that fails, in halves, down to the one to blame."""
        written = await self._memory.written(kind.name, keys_of(things))
        traces = await self._vectors.of_removed(kind.name, keys_of(things))
        try:
            kept = await self._target.database.try_write(
                lambda connection: self._commit(connection, kind, things, written)
            )
        except RejectedError as error:
            if len(things) == 1:
                self._plan.keep(kind.name, things[0].key, Kept.FAILED, str(error))
                return
            middle = len(things) // 2
            await self._remove(kind, things[:middle])
            await self._remove(kind, things[middle:])
            return
        self._plan.done([thing for thing in things if thing.key not in kept])
        await self._vectors.forget(
            one for key, some in traces.items() if key not in kept for one in some
        )
        for key, verdict in kept.items():
            self._plan.keep(kind.name, key, verdict.why or Kept.USED, verdict.detail)

    async def _commit(
        self,
        connection: AsyncConnection,
        kind: Kind[Any],
        things: Sequence[Thing],
        written: Mapping[str, Digests | None],
    ) -> dict[str, Verdict]:
        """Look once more where nobody else can write, and remove; what is kept after all."""
        await begin(connection)
        schema, keys = self._target.schema, keys_of(things)
        found = await verdicts(
            connection, kind, things, written, self._run.started_at, schema, lock=True
        )
        kept = {key: one for key, one in found.items() if one.decision is Decision.KEEP}
        if kind.name == "chat":
            await self._close_links(connection, list(kept))
        needed = [thing.key for thing in things if thing.collection != SHARED_MODELS]
        for key, detail in (await self._uses(connection, kind, needed)).items():
            kept.setdefault(key, Verdict(Decision.KEEP, Kept.USED, detail))
        going = [key for key in keys if key not in kept]
        if not going:
            return kept
        there = [key for key in going if found[key].decision is Decision.REMOVE]
        paths = await self._paths(connection, kind, there)
        await self._delete(connection, kind, there)
        numbers = await self._memory.numbers(connection, self._run.id, kind.name, going)
        everything = [number for some in numbers.values() for number in some]
        await self._ledger.mark_undone(self._run.id, everything, connection)
        for key, path in paths.items():
            await self._ledger.note_bytes(connection, numbers[key][0], path)
        return kept

    async def _close_links(self, connection: AsyncConnection, chats: Sequence[str]) -> None:
        """Of chats that stay after all: their links, which go before them, are gone."""
        chat, link = (self._target.schema.table(name) for name in ("chat", "shared_chat"))
        lost = chat.c.share_id.not_in(sa.select(link.c.id))
        closed = sa.update(chat).where(chat.c.id.in_(chats), lost).values(share_id=None)
        await connection.execute(closed)

    async def _uses(
        self, connection: AsyncConnection, kind: Kind[Any], keys: Sequence[str]
    ) -> Mapping[str, str]:
        """Which of these somebody uses by now, and where."""
        if kind.name == "tag":
            users = {key.split("/", 1)[0] for key in keys}
            used = {tag for _, tag in await tags_of_chats(connection, users, self._target.schema)}
            return dict.fromkeys(used & set(keys), "by chats that stay")
        found: dict[str, str] = {}
        columns = NAMED_BY.get(kind.name, ())
        async for table, key, row in self._references.naming(connection, columns, keys):
            if not is_our_link(table, row) and not self._goes_along(kind, key, table, row):
                found[key] = f"by {table} {row.get('id', '')}".strip()
        return found

    def _goes_along(self, kind: Kind[Any], key: str, table: str, row: Mapping[str, Any]) -> bool:
        """Whether a row is part of the thing itself, or of another that is to be removed."""
        return any(
            thing == (kind.name, key) or self._plan.removes(*thing)
            for thing in things_of(table, row)
        )

    async def _paths(
        self, connection: AsyncConnection, kind: Kind[Any], keys: Sequence[str]
    ) -> dict[str, str]:
        if kind.bytes_at is None or not keys:
            return {}
        table = self._target.schema.table(kind.name)
        query = sa.select(table.c.id, table.c[kind.bytes_at]).where(table.c.id.in_(keys))
        return {key: path for key, path in await connection.execute(query) if path}

    async def _delete(
        self, connection: AsyncConnection, kind: Kind[Any], keys: Sequence[str]
    ) -> None:
        if not keys:
            return
        schema = self._target.schema
        await self._delete_links(connection, kind, keys)
        for name, condition in reversed(conditions(kind, keys, schema).items()):
            await connection.execute(sa.delete(schema.table(name)).where(condition))

    async def _delete_links(
        self, connection: AsyncConnection, kind: Kind[Any], keys: Sequence[str]
    ) -> None:
        """Memberships and permissions of ours that other things gave these."""
        for name, columns in LINKS.items():
            table = self._target.schema.table(name)
            for column in columns.get(kind.name, ()):
                query = sa.select(table).where(table.c[column].in_(keys))
                if name == "access_grant":
                    query = query.where(table.c.principal_type == kind.name)
                found = (await connection.execute(query)).mappings()
                ours = [row for row in map(dict, found) if is_our_link(name, row)]
                for some in in_portions([row["id"] for row in ours]):
                    await connection.execute(sa.delete(table).where(table.c.id.in_(some)))
                for row in ours:
                    await self._forget_link(connection, name, row)

    async def _forget_link(
        self, connection: AsyncConnection, table: str, row: Mapping[str, Any]
    ) -> None:
        """A later run gives it again: it is not somebody else who took it back."""
        for kind, part in parts_in(table):
            every = getattr(kind_named(kind).contents, "members", ())
            members = next((each for each in every if each.table == table), None)
            fits = all(row[name] == value for name, value in part.where.items())
            if members is None or not fits or not part.is_ours(row):
                continue
            main = self._target.schema.table(kind)
            owner = sa.select(main.c.id).where(main.c[part.of] == row[part.column])
            for (key,) in (await connection.execute(owner)).all():
                await self._ledger.forget_thing(connection, kind, key, members.name_of(row))


_CHATS = (kind_named("shared_chat"), kind_named("chat"))
_ORDER = (*_CHATS, *(kind for kind in reversed(KINDS) if kind not in _CHATS))
"""What may need others goes first: where people take up a chat meanwhile, all it needs is there."""

_FAILED = Verdict(Decision.KEEP, Kept.FAILED)

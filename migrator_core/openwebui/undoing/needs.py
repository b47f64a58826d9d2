"""What things that stay need: it stays, too."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import sqlalchemy as sa

from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.text import without_notes
from migrator_core.openwebui.tables.registry import kind_named
from migrator_core.openwebui.undoing.ours import COMPANIONS
from migrator_core.openwebui.undoing.plan import Plan, Thing
from migrator_core.openwebui.undoing.references import References, names_in
from migrator_core.undoing import WORDS, Kept

_AT_ONCE = 100


class Needs:
    """Keeps, in a plan, what is needed. ``breathe`` is called between two questions."""

    def __init__(
        self,
        target: OpenWebUI,
        plan: Plan,
        references: References,
        breathe: Callable[[int], None],
    ) -> None:
        """Look at this database."""
        self._target = target
        self._plan = plan
        self._references = references
        self._breathe = breathe

    async def keep(self) -> None:
        """Keep what kept things need, and what that needs: asked of each kept thing once."""
        while staying := self._plan.next_to_look_at(_AT_ONCE):
            for thing in staying:
                self.keep_named(thing, await self._texts_of(thing))
            self._breathe(0)

    def keep_named(self, thing: Thing, values: Iterable[object]) -> None:
        """Keep what these values of a thing name; documents are looked into."""
        texts = [
            json.dumps(without_notes(value), default=str)
            if isinstance(value, dict | list)
            else value
            for value in values
        ]
        for needed in self._plan.removable(names_in(texts)):
            detail = f"by {WORDS[thing.kind][0]} {thing.key}"
            self._plan.keep(needed.kind, needed.key, Kept.NEEDED, detail)

    async def _texts_of(self, thing: Thing) -> Iterable[object]:
        kind = kind_named(thing.kind)
        names = thing.key.split("/", len(kind.key) - 1)
        own = await self._references.of(kind.name, list(zip(kind.key, names, strict=True)))
        texts = [*own.values()]
        for part in kind.parts:
            if part.table.name in COMPANIONS and part.table.name in self._target.schema.tables:
                table = self._target.schema.table(part.table.name)
                query = sa.select(table).where(table.c[part.column] == thing.key)
                for row in await self._target.database.rows(query):
                    texts += list(row)
        return texts

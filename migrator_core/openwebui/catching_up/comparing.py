"""What is to be done with rows that are there already: for a run and its preview alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.item import Item
from migrator_core.openwebui.belonging import Rows
from migrator_core.openwebui.catching_up.reading import rows_of
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.contents.digests import MADE_OF, Digests
from migrator_core.openwebui.contents.review import Review
from migrator_core.openwebui.ledger.reader import LedgerReader
from migrator_core.openwebui.mapping.context import TableRow
from migrator_core.openwebui.tables.registry import kind_named, kind_of
from migrator_core.rows import FileRow


@dataclass(frozen=True, slots=True)
class Behind:
    """An item whose row is there: its rows as the backup has them, and what we wrote before."""

    item: Item
    rows: list[TableRow]
    written: Digests | None

    @property
    def key(self) -> str:
        """What names the row in the ledger."""
        return kind_of(self.item.row).key_of(self.item.row)

    def review(self, there: Rows) -> Review:
        """Compare with the rows that are there.

        Raises:
            ValueError: the kind has no contents.
        """
        contents = kind_of(self.item.row).contents
        if contents is None:
            raise ValueError("there is nothing to compare")
        item = self.item
        found = contents.review(
            item.row,
            self.rows,
            there,
            self.written,
            partial=item.partial,
            lacking=item.lacking,
        )
        return replace(found, written=noted(item, found.written))


def noted(item: Item, digests: Digests) -> Digests:
    """The digests of an item, and of a file what its text was made of."""
    if not item.source or not isinstance(item.row, FileRow):
        return digests
    return {**digests, MADE_OF: item.source}


class Comparing:
    """Compares items with what Open WebUI holds, and with what the ledger knows of them."""

    def __init__(self, target: OpenWebUI, ledger: LedgerReader) -> None:
        """Read this target and its ledger."""
        self._target = target
        self._ledger = ledger

    async def known(self, items: Sequence[Item]) -> dict[tuple[str, str], Digests | None]:
        """What was written of those of these items that earlier runs made, by kind and key."""
        keys: defaultdict[str, list[str]] = defaultdict(list)
        for item in items:
            kind = kind_of(item.row)
            if kind.contents is not None:
                keys[kind.name].append(kind.key_of(item.row))
        found: dict[tuple[str, str], Digests | None] = {}
        for name, wanted in keys.items():
            written = await self._ledger.written(name, wanted)
            found |= {(name, key): digests for key, digests in written.items()}
        return found

    async def there(self, items: Sequence[Item]) -> dict[tuple[str, str], Rows]:
        """The rows of these items, by kind and key."""
        keys: defaultdict[str, list[str]] = defaultdict(list)
        for item in items:
            kind = kind_of(item.row)
            keys[kind.name].append(kind.key_of(item.row))
        schema = self._target.schema

        async def ask(connection: AsyncConnection) -> dict[tuple[str, str], Rows]:
            found: dict[tuple[str, str], Rows] = {}
            for name, wanted in keys.items():
                rows = await rows_of(connection, kind_named(name), wanted, schema)
                found |= {(name, key): there for key, there in rows.items()}
            return found

        return await self._target.database.read(ask)

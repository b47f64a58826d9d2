"""Whether what a run made is still what the run made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.belonging import Rows
from migrator_core.openwebui.catching_up.reading import rows_of
from migrator_core.openwebui.contents.digests import MADE_OF, REST, Digests
from migrator_core.openwebui.mapping.context import TableRow
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.kind import Kind
from migrator_core.openwebui.undoing.plan import Decision, Thing, Verdict, keys_of
from migrator_core.undoing import Kept

_UNSPOKEN = frozenset({"params", "models"})
"""Of a chat: what a page saves along with whatever somebody does, looking included."""


async def verdicts(
    connection: AsyncConnection,
    kind: Kind[Any],
    things: Sequence[Thing],
    written: Mapping[str, Digests | None],
    since: int,
    schema: Schema,
    *,
    lock: bool = False,
) -> dict[str, Verdict]:
    """What is to become of things of one kind, as far as they themselves decide it, by key.

    ``written`` is what the ledger says that runs wrote, ``since`` when the run began (seconds).
    """
    there = await rows_of(connection, kind, keys_of(things), schema, lock=lock)
    found = {}
    for thing in things:
        rows = there.get(thing.key)
        if rows is None:
            found[thing.key] = Verdict(Decision.GONE)
            continue
        found[thing.key] = _verdict(kind, rows, written.get(thing.key), since)
    return found


def _verdict(kind: Kind[Any], rows: Rows, written: Digests | None, since: int) -> Verdict:
    (main,) = rows[kind.name]
    if (main.get("last_active_at") or 0) >= since:
        return Verdict(Decision.KEEP, Kept.SIGNED_IN)
    changed = _changed(kind, rows, written, since)
    if changed:
        return Verdict(Decision.KEEP, Kept.CHANGED, ", ".join(changed))
    alias = next((str(main[part.of]) for part in kind.parts if part.of not in kind.key), "")
    return Verdict(Decision.REMOVE, alias=alias)


def _changed(kind: Kind[Any], rows: Rows, written: Digests | None, since: int) -> list[str]:
    """The names of what somebody changed."""
    contents = kind.contents
    if contents is None:
        return []
    if written is None:  # an older ledger: the date has to do
        (main,) = rows[kind.name]
        return ["updated"] if (main.get("updated_at") or 0) >= since else []
    try:
        now = contents.digests([TableRow(name, row) for name, all_ in rows.items() for row in all_])
    except (AttributeError, LookupError, TypeError, ValueError):
        return ["not what it was at all"]
    left_out = {*_UNSPOKEN, MADE_OF, *({REST} - written.keys())}
    different = {
        name
        for name in {**now, **written}
        if name not in left_out and now.get(name) != written.get(name)
    }
    return sorted({_spoken(name) for name in different})


def _spoken(name: str) -> str:
    return "settings" if name == REST else name.partition("/")[0]

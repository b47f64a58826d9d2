"""What is there already: the same question for a run and for its preview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.openwebui.connection import OpenWebUI, askable, in_portions
from migrator_core.openwebui.ledger.ledger import Ledger
from migrator_core.outcome import Reason, State
from migrator_core.rows import (
    ChatRow,
    FileRow,
    FolderRow,
    GroupRow,
    Item,
    ModelRow,
    PromptRow,
    Row,
    SharedChatRow,
    TagRow,
    UserRow,
)

_KINDS: dict[type[Row], str] = {
    UserRow: "user",
    GroupRow: "group",
    TagRow: "tag",
    FolderRow: "folder",
    FileRow: "file",
    ChatRow: "chat",
    SharedChatRow: "shared_chat",
    PromptRow: "prompt",
    ModelRow: "model",
}

_REMEMBERED = frozenset({"user", "group", "tag", "folder", "shared_chat", "prompt", "model"})
"""Kinds of which a backup has few. Chats and files reach the writer once each, by contract."""

_CHAT_OF_COPY = "chat of a shared chat"
_COPY_OF_CHAT = "shared chat of a chat"
"""Chats that a shared chat may belong to, and shared chats by the id of their chat."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one item. ``target_id`` is the row that stands for it in Open WebUI.

    It differs from the item's own id where an account with the same e-mail address existed.
    """

    item: Item
    state: State
    reason: Reason | None = None
    detail: str | None = None
    target_id: str | None = None


@dataclass(slots=True)
class Seen:
    """What earlier items of this run have taken, for a preview, whose items leave no rows.

    Keys are e-mail addresses, prompt commands and ids, by kind; values the id that took them.
    """

    taken: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def note(self, row: Row) -> None:
        """Remember a row that is written, or would be."""
        kind = kind_of(row)
        if kind in _REMEMBERED:
            _take(self.taken, kind, row)
        if isinstance(row, ChatRow) and row.share_id is not None:
            self.taken[_CHAT_OF_COPY][row.id] = row.id


@dataclass(slots=True)
class _Held:
    """What the target holds of what one batch asks for."""

    taken: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    removed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


class Conflicts:
    """Looks up what Open WebUI and the ledger know of a batch of items."""

    def __init__(self, target: OpenWebUI, ledger: Ledger) -> None:
        """Look up in this target and its ledger."""
        self._target = target
        self._ledger = ledger

    async def settle(self, items: Sequence[Item], seen: Seen) -> list[Written | None]:
        """The fate of each item that needs no writing, None for each that does.

        ``seen`` is consulted, not changed.
        """
        held = await self._look_up(items)
        batch = Seen()
        verdicts: list[Written | None] = []
        for item in items:
            verdict = (
                _verdict(item, held.taken)
                or _verdict(item, seen.taken)
                or _verdict(item, batch.taken)
                or _removed(item, held)
                or _orphaned(item, held, seen)
            )
            verdicts.append(verdict)
            if verdict is None:
                _take(batch.taken, kind_of(item.row), item.row)
        return verdicts

    async def existing(self, kind: str, ids: Iterable[str]) -> set[str]:
        """Which of these ids Open WebUI has."""
        column = self._target.schema.table(kind).c.id
        async with self._target.read() as connection:
            return set(await _matching(connection, column, column, list(ids)))

    async def _look_up(self, items: Sequence[Item]) -> _Held:
        held = _Held()
        by_kind: defaultdict[str, list[Row]] = defaultdict(list)
        for item in items:
            by_kind[kind_of(item.row)].append(item.row)
        async with self._target.read() as connection:
            for kind, rows in by_kind.items():
                await self._look_up_kind(connection, kind, rows, held)
        for kind, rows in by_kind.items():
            absent = [key for row in rows if (key := target_id(row)) not in held.taken[kind]]
            held.removed[kind] = await self._ledger.made(kind, absent)
        chats = [row.chat_id for row in by_kind["shared_chat"] if isinstance(row, SharedChatRow)]
        gone = [chat_id for chat_id in chats if chat_id not in held.taken[_CHAT_OF_COPY]]
        held.removed[_CHAT_OF_COPY] = await self._ledger.made("chat", gone)
        return held

    async def _look_up_kind(
        self, connection: AsyncConnection, kind: str, rows: Sequence[Row], held: _Held
    ) -> None:
        table = self._target.schema.table(kind)
        ids = askable([row.id for row in rows])
        if kind == "tag":
            pairs = sa.select(table.c.id, table.c.user_id).where(table.c.id.in_(ids))
            for tag, user in await connection.execute(pairs):
                held.taken[kind][f"{user}/{tag}"] = f"{user}/{tag}"
            return
        held.taken[kind] = await _matching(connection, table.c.id, table.c.id, ids)
        if kind == "user":
            emails = [row.email.strip().lower() for row in rows if isinstance(row, UserRow)]
            lowered = sa.func.lower(table.c.email)
            held.taken["email"] = {
                **await _matching(connection, table.c.email, table.c.id, emails),
                **await _matching(connection, lowered, table.c.id, emails),
            }
        if kind == "prompt":
            commands = [row.command for row in rows if isinstance(row, PromptRow)]
            held.taken["command"] = await _matching(
                connection, table.c.command, table.c.id, commands
            )
        if kind == "shared_chat":
            chats = [row.chat_id for row in rows if isinstance(row, SharedChatRow)]
            own = self._target.schema.table("chat").c.id
            held.taken[_CHAT_OF_COPY] = await _matching(connection, own, own, chats)
            held.taken[_COPY_OF_CHAT] = await _matching(
                connection, table.c.chat_id, table.c.id, chats
            )


async def _matching(
    connection: AsyncConnection,
    column: sa.ColumnElement[str],
    ids: sa.ColumnElement[str],
    values: Sequence[str],
) -> dict[str, str]:
    """The values that the column has, each with the id of its row."""
    found: dict[str, str] = {}
    for some in in_portions(askable(values)):
        rows = await connection.execute(sa.select(column, ids).where(column.in_(some)))
        found.update((value, row_id) for value, row_id in rows)
    return found


def stages(items: Sequence[Item]) -> list[list[int]]:
    """The places of items that can be settled together: shared chats after all chats."""
    later = [place for place, item in enumerate(items) if isinstance(item.row, SharedChatRow)]
    first = [place for place, item in enumerate(items) if not isinstance(item.row, SharedChatRow)]
    return [stage for stage in (first, later) if stage]


def kind_of(row: Row) -> str:
    """The table an item stands for, which is also its kind in the ledger."""
    return _KINDS[type(row)]


def target_id(row: Row) -> str:
    """The id in the target; tags are known per user only."""
    return f"{row.user_id}/{row.id}" if isinstance(row, TagRow) else row.id


def _take(taken: defaultdict[str, dict[str, str]], kind: str, row: Row) -> None:
    taken[kind][target_id(row)] = target_id(row)
    if isinstance(row, UserRow):
        taken["email"][row.email.strip().lower()] = row.id
    if isinstance(row, PromptRow):
        taken["command"][row.command] = row.id
    if isinstance(row, SharedChatRow):
        taken[_COPY_OF_CHAT][row.chat_id] = row.id


def _verdict(item: Item, taken: defaultdict[str, dict[str, str]]) -> Written | None:
    row = item.row
    found = taken[kind_of(row)].get(target_id(row))
    if isinstance(row, SharedChatRow):
        # A chat that is shared already keeps its link as it is: its readers may be fewer.
        copy = taken[_COPY_OF_CHAT].get(row.chat_id)
        if copy is None and found is not None:
            detail = f"the address /s/{row.id} is taken by another shared chat"
            return Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, detail)
        found = copy
    if found is None and isinstance(row, UserRow):
        found = taken["email"].get(row.email.strip().lower())
    if found is not None:
        return Written(item, State.EXISTING, target_id=found)
    if isinstance(row, PromptRow) and row.command in taken["command"]:
        detail = f"the command /{row.command} is taken by another prompt"
        return Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, detail)
    return None


def _orphaned(item: Item, held: _Held, seen: Seen) -> Written | None:
    """A shared chat without its chat would be open to people who find nothing there."""
    row = item.row
    if not isinstance(row, SharedChatRow):
        return None
    if row.chat_id in held.taken[_CHAT_OF_COPY] or row.chat_id in seen.taken[_CHAT_OF_COPY]:
        return None
    if row.chat_id in held.removed[_CHAT_OF_COPY]:
        return Written(item, State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI)
    return Written(item, State.FAILED, Reason.PARENT_FAILED, "its chat could not be written")


def _removed(item: Item, held: _Held) -> Written | None:
    if target_id(item.row) not in held.removed[kind_of(item.row)]:
        return None
    return Written(item, State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI)

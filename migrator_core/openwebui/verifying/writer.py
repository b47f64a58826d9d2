"""A writer that reads back: it compares what it is to write with what is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from migrator_core.item import Item
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.inventory import Account
from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.storage.reading import OpenBlob
from migrator_core.openwebui.tables.kind import Kind
from migrator_core.openwebui.tables.registry import kind_named, kind_of
from migrator_core.openwebui.verifying.accounts import compare_password
from migrator_core.openwebui.verifying.bytes_back import compare_bytes, leftover_bytes
from migrator_core.openwebui.verifying.comparison import by_difference
from migrator_core.openwebui.verifying.facts import Facts, Gap, Rows, Values
from migrator_core.openwebui.verifying.gone import orphans_of, traces_of
from migrator_core.openwebui.verifying.memory import Memory, Remembered
from migrator_core.openwebui.verifying.messages import unexpected_messages
from migrator_core.openwebui.verifying.reading import (
    Found,
    existing,
    lost_tags,
    pointed_at,
    read_items,
    recognised,
)
from migrator_core.openwebui.verifying.texts import ExpectedTexts
from migrator_core.openwebui.verifying.verdicts import as_it_was, gaps_of, verdict_of
from migrator_core.openwebui.writing.conflicts import Written
from migrator_core.openwebui.writing.prepared import load_context
from migrator_core.openwebui.writing.silent import SilentWriter
from migrator_core.openwebui.writing.texts import told
from migrator_core.outcome import State
from migrator_core.rows import FileRow, Row
from migrator_core.verification import Difference, Finding, VerificationCounts

_SHOWN = 50
"""Parts of one item that a finding names; a chat may have lost thousands of messages."""


@dataclass(frozen=True, slots=True)
class Compared(Written):
    """An item and what it was found to be.

    Later phases are told what the run that migrated it was told, because what was written then
    depends on that; the report says what is true now.
    """

    verdict: Written | None = None

    @property
    def accounted(self) -> Written:
        """What the report says of it."""
        return self.verdict or self


@dataclass(slots=True)
class VerifyingWriter(SilentWriter):
    """A :class:`~migrator_core.openwebui.writing.writer.Writer` that writes nothing.

    ``report`` is told of every finding, ``first_time`` whether a row (kind and key) was met for the
    first time, which is noted on disk.
    """

    target: OpenWebUI
    memory: Memory
    report: Callable[[Finding], None]
    first_time: Callable[[str, str], bool]
    counts: VerificationCounts = field(default_factory=VerificationCounts)
    _context: MappingContext | None = None
    _texts: ExpectedTexts = field(init=False)

    def __post_init__(self) -> None:
        self._texts = ExpectedTexts(self.target, self.memory)

    async def write(self, items: Sequence[Item]) -> list[Written]:
        """Compare items; the answers come in the same order."""
        of_kind: defaultdict[str, list[int]] = defaultdict(list)
        for place, item in enumerate(items):
            of_kind[kind_of(item.row).name].append(place)
        done: dict[int, Written] = {}
        for name, places in of_kind.items():
            some = [items[place] for place in places]
            found = await self._compare(kind_named(name), some, None)
            done.update(zip(places, found, strict=True))
        return [done[place] for place in range(len(items))]

    async def write_file(self, item: Item, open_blob: OpenBlob) -> Written:
        """Compare a file's record, and the bytes that the storage returns."""
        if not isinstance(item.row, FileRow):
            raise TypeError("only file rows have bytes")
        read = await self._texts.of(item, open_blob)
        (written,) = await self._compare(kind_of(item.row), [read.item], open_blob)
        return told(written, read)

    async def needs_bytes(self, item: Item) -> bool:
        """Whether there is something to compare them with."""
        kind = kind_of(item.row)
        key = kind.key_of(item.row)
        return (kind.name, key) in await existing(self.target, [(kind.name, key)])

    async def recognise(self, items: Sequence[Item]) -> list[Written | None]:
        """Where items are that are not compared."""
        return await self._texts.of_known(await recognised(self.target, items))

    async def look(self, item: Item) -> Written | None:
        """Whether a file is there that the backup lacks: there is nothing to compare it with."""
        kind = kind_of(item.row)
        key = kind.key_of(item.row)
        if key not in await read_items(self.target, kind, {key: {}}):
            return None
        self._meet(kind, item.row, key)
        (found,) = await self._texts.of_known([Compared(item, State.EXISTING, target_id=key)])
        return found

    async def set_password(self, account: Account, password_hash: str) -> bool:
        """Compare the password of an account that existed, where a run had replaced it."""
        if not await self.memory.passwords_given(account.id):
            return False
        kind = kind_named("user")
        found = (await read_items(self.target, kind, {account.id: {}})).get(account.id)
        auth = found.ours.get("auth") if found else None
        if auth:
            gaps = list(compare_password({"password": password_hash}, auth[0], was_here=True))
            self._tell(Finding(Difference.DIFFERS, "users", account.id, account.id), gaps)
        return False

    async def close(self) -> None:
        """List what runs made and the backup does not have now."""
        async for page in self.memory.made_by_runs():
            new = [made for made in page if self.first_time(made.kind, made.target_id)]
            for kind in {made.kind for made in new}:
                keys = [made.target_id for made in new if made.kind == kind]
                there = await existing(self.target, ((kind, key) for key in keys))
                for made in new:
                    if made.kind == kind and (kind, made.target_id) in there:
                        self._tell_one(
                            Finding(
                                Difference.NOT_IN_BACKUP,
                                made.collection,
                                made.source_id,
                                made.target_id,
                            )
                        )

    async def _compare(
        self, kind: Kind[Any], items: Sequence[Item], open_blob: OpenBlob | None
    ) -> list[Written]:
        keys = [kind.key_of(item.row) for item in items]
        remembered = await self.memory.of(kind.name, keys)
        expected = {
            key: await self._expected(kind, item.row) for key, item in zip(keys, items, strict=True)
        }
        found, broken = await self._read(kind, expected)
        facts = await self._facts(expected, found)
        gone = [key for key in keys if key not in found and key not in broken]
        left = await traces_of(self.target, kind.name, gone) if gone else set()
        answers: list[Written] = []
        for key, item in zip(keys, items, strict=True):
            self._meet(kind, item.row, key)
            known = remembered.get(key)
            if known is not None and known.left_out:
                answers.append(as_it_was(item, known))
                continue
            present = found.get(key)
            if key in broken:
                gaps = [Gap(Difference.UNREADABLE, kind.name)]
            elif present is None:
                gaps = await self._why_gone(kind, item, known, has_left=key in left)
            elif known is not None and not known.made:
                gaps = []  # it was there before us, and is not ours to judge
            else:
                since = await self._since(kind, key, known)
                facts = replace(facts, since=since)
                gaps = gaps_of(kind, item, expected[key], present, facts, known)
                gaps += await self._bytes(kind, item, present, open_blob)
            answers.append(self._answer(item, key, gaps))
        return answers

    async def _read(
        self, kind: Kind[Any], expected: Mapping[str, Rows]
    ) -> tuple[dict[str, Found], set[str]]:
        """The items that are there, and the keys of those of which not even that can be read."""
        try:
            return await read_items(self.target, kind, expected), set()
        except (LookupError, TypeError, ValueError):
            if len(expected) == 1:
                return {}, set(expected)
        found: dict[str, Found] = {}
        broken: set[str] = set()
        for key, rows in expected.items():
            one, unread = await self._read(kind, {key: rows})
            found |= one
            broken |= unread
        return found, broken

    async def _facts(self, expected: dict[str, Rows], found: dict[str, Found]) -> Facts:
        keys: set[tuple[str, str]] = set()
        lost: set[str] = set()
        more: dict[str, list[str]] = {}
        for key, rows in expected.items():
            present = found.get(key)
            keys |= pointed_at(rows, present)
            lost |= lost_tags(rows, present) if present else set()
            if "chat" in rows and present:
                more[key] = unexpected_messages(rows, present.ours)
        return Facts(
            there=await existing(self.target, keys),
            brought=await self.memory.brought(more),
            orphans=await orphans_of(self.target, lost),
            in_step=self.target.schema.has("auth", "session_stamp"),
        )

    async def _expected(self, kind: Kind[Any], row: Row) -> Rows:
        if self._context is None:
            self._context = replace(await load_context(self.target), path="")
        rows: defaultdict[str, list[Values]] = defaultdict(list)
        schema = self.target.schema
        for one in kind.to_rows(row, self._context):
            if one.table in schema.tables:
                rows[one.table].append(
                    {name: v for name, v in one.values.items() if schema.has(one.table, name)}
                )
        return rows

    async def _since(self, kind: Kind[Any], key: str, known: Remembered | None) -> int | None:
        """From when on a change that Open WebUI noted is somebody's."""
        if known is None or known.since is None or kind.name != "file":
            return known.since if known else None
        return max(known.since, (await self.memory.indexed_at()).get(key, 0))

    async def _why_gone(
        self, kind: Kind[Any], item: Item, known: Remembered | None, *, has_left: bool
    ) -> list[Gap]:
        if known is None:
            return [Gap(Difference.NOT_MIGRATED, kind.name)]
        if not known.made:
            return []  # somebody's own, which they took away
        if isinstance(item.row, FileRow):
            has_left = await leftover_bytes(self.target, item.row)
        lost = Difference.MISSING if has_left else Difference.REMOVED_IN_OPEN_WEBUI
        return [Gap(lost, kind.name)]

    async def _bytes(
        self, kind: Kind[Any], item: Item, present: Found, open_blob: OpenBlob | None
    ) -> list[Gap]:
        if open_blob is None or kind.bytes_at is None:
            return []
        path = present.ours[kind.name][0].get(kind.bytes_at)
        read, gaps = await compare_bytes(self.target, item, path, open_blob)
        self.counts.files += 1
        self.counts.bytes += read
        return gaps

    def _meet(self, kind: Kind[Any], row: Row, key: str) -> None:
        self.first_time(kind.name, key)
        for brought in kind.brings(row):
            other = kind_of(brought)
            self.first_time(other.name, other.key_of(brought))

    def _answer(self, item: Item, key: str, gaps: Sequence[Gap]) -> Written:
        self.counts.compared[item.collection] += 1
        if not gaps:
            self.counts.equal[item.collection] += 1
        self._tell(Finding(Difference.DIFFERS, item.collection, item.source_id, key), gaps)
        return Compared(item, State.EXISTING, target_id=key, verdict=verdict_of(item, key, gaps))

    def _tell(self, about: Finding, gaps: Sequence[Gap]) -> None:
        for difference, what in by_difference(gaps).items():
            shown = (*what[:_SHOWN], f"and {len(what) - _SHOWN} more")[: len(what)]
            self._tell_one(replace(about, difference=difference, what=shown))

    def _tell_one(self, finding: Finding) -> None:
        self.counts.differences[finding.difference] += 1
        self.report(finding)

"""Rows that consist of columns and of sets of rows beside them (members, permissions)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from migrator_core.openwebui.contents.choices import Choice, choose, remembered
from migrator_core.openwebui.contents.digests import (
    PRESENT,
    REST,
    UNCOMPARED,
    Digests,
    digest,
)
from migrator_core.openwebui.contents.review import (
    FATES,
    Change,
    Delete,
    Insert,
    Review,
    TableRows,
    Update,
)
from migrator_core.openwebui.mapping.context import TableRow
from migrator_core.rows import Row


@dataclass(frozen=True, slots=True)
class Thing:
    """Columns of one row that are decided together; ``along`` are set with them.

    ``spares`` names rows whose thing is never touched, however the backup changes.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    along: tuple[str, ...] = ()
    spares: Callable[[TableRows], bool] | None = None

    def digest(self, values: Mapping[str, Any]) -> str | None:
        """Of the columns that are compared; None where there is no such thing."""
        return digest([values.get(column) or None for column in self.columns])

    def changed(
        self,
        ours: Mapping[str, Any],
        there: Mapping[str, Any],  # noqa: ARG002 - for what is only a part of a column
        so_far: Mapping[str, object],  # noqa: ARG002
    ) -> dict[str, object]:
        """The columns to set where it becomes what the backup says; ``so_far`` are set, too."""
        return {column: ours.get(column) for column in (*self.columns, *self.along)}


def _always(_values: Mapping[str, Any]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Members:
    """Rows of a table that are there or not; ``columns`` say which is which.

    ``id_of`` computes the id that we give such a row: one with another id is somebody else's.
    Without it the values alone tell: Open WebUI gives all of them new ids whenever one changes.
    ``counts`` says which rows of the table are such. What ``stays`` is not taken back where the
    backup does not have it any more.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    id_of: Callable[[Mapping[str, Any]], str] | None = None
    counts: Callable[[Mapping[str, Any]], bool] = _always
    stays: bool = False

    def of(self, rows: TableRows) -> Iterator[Mapping[str, Any]]:
        """Those of some rows, by table."""
        return filter(self.counts, rows.get(self.table, ()))

    def is_ours(self, values: Mapping[str, Any]) -> bool:
        """Whether we may have made this row."""
        return self.id_of is None or self.id_of(values) == values["id"]

    def name_of(self, values: Mapping[str, Any]) -> str:
        """The thing's name."""
        return "/".join((self.name, *(str(values[column]) for column in self.columns)))


@dataclass(frozen=True, slots=True)
class Versions:
    """A table that keeps every version of the row, and the id of a new one.

    ``id_of`` is given the values of the new version.
    """

    table: str
    id_of: Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class ColumnContents:
    """See :class:`.Contents`. ``table`` is the main one, whose row is updated.

    ``watched`` are columns of it that a run writes once: whoever changes them says by it that the
    row is theirs now, and an undo keeps it. ``rest`` picks what of the row that is, where it is
    less than whole columns.
    """

    table: str
    things: tuple[Thing, ...] = ()
    members: tuple[Members, ...] = ()
    versions: Versions | None = None
    watched: tuple[str, ...] = ()
    rest: Callable[[Mapping[str, Any]], list[object]] | None = None
    reads: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        tables = {thing.table for thing in self.things} - {self.table}
        tables |= {members.table for members in self.members}
        object.__setattr__(self, "reads", frozenset(tables))

    def digests(self, rows: list[TableRow]) -> Digests:
        """See :meth:`.Contents.digests`."""
        by_table: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            by_table.setdefault(row.table, []).append(row.values)
        return self._digests(by_table)

    def review(
        self,
        row: Row,  # noqa: ARG002 - as the protocol has it
        rows: list[TableRow],
        there: TableRows,
        written: Digests | None,
        *,
        partial: bool,
        lacking: Collection[str] = (),
    ) -> Review:
        """See :meth:`.Contents.review`."""
        return _Comparison(self, rows, there, written).review(partial=partial, lacking=lacking)

    def taken_back(self, there: TableRows, written: Digests) -> Review:
        """See :meth:`.Contents.taken_back`. Who is in a group gives no access by itself."""
        gone: dict[str, Change] = {}
        for members in self.members:
            for row in members.of(there) if members.id_of is None else ():
                if members.name_of(row) in written:
                    gone[members.name_of(row)] = Delete(members.table, {"id": row["id"]})
        left = {name: value for name, value in written.items() if name not in gone}
        return Review({}, left, tuple(gone.values()))

    def _digests(self, rows: TableRows) -> dict[str, str]:
        found = {
            thing.name: value
            for thing in self.things
            for values in rows.get(thing.table, ())[:1]
            if (value := thing.digest(values)) is not None
        }
        for members in self.members:
            for values in members.of(rows):
                found[members.name_of(values)] = PRESENT
        for values in rows.get(self.table, ())[:1]:
            if self.rest is not None:
                found[REST] = digest(self.rest(values))
            elif self.watched:
                found[REST] = digest([values.get(column) or None for column in self.watched])
        return found


class _Comparison:
    """One row of the backup beside the one that is there."""

    def __init__(
        self,
        contents: ColumnContents,
        rows: list[TableRow],
        there: TableRows,
        written: Digests | None,
    ) -> None:
        self._contents = contents
        self._rows = rows
        self._there = there
        self._written = written
        self._ours = contents.digests(rows)
        self._theirs = contents._digests(there)  # noqa: SLF001 - its own helper
        self._choices: dict[str, Choice] = {}
        self._now = dict(written or {})

    def review(self, *, partial: bool, lacking: Collection[str]) -> Review:
        known = self._written is not None
        spared = self._spared()
        lasting = {members.name for members in self._contents.members if members.stays}
        lasting |= set(lacking)
        for name in dict.fromkeys((*self._ours, *(self._written or {}))):
            if name in UNCOMPARED:
                continue
            ours, was = self._ours.get(name), (self._written or {}).get(name)
            choice = choose(ours, was, self._theirs.get(name), known=known)
            if choice is Choice.BRING and name in spared:
                choice = Choice.KEEP
            stays = partial or name.split("/", 1)[0] in lasting
            if ours is None and (stays or choice is not Choice.BRING):
                if choice is Choice.SAME:
                    self._now.pop(name, None)
                continue
            self._choices[name] = choice
            note = remembered(choice, ours, was, known=known)
            self._now.pop(name, None)
            if note is not None:
                self._now[name] = note
        fates = {name: FATES[choice] for name, choice in self._choices.items()}
        return Review(fates, self._now, tuple(self._changes()))

    def _spared(self) -> set[str]:
        """What is never touched, and members that somebody else made."""
        things = self._contents.things
        spared = {each.name for each in things if each.spares and each.spares(self._there)}
        for members in self._contents.members:
            rows = members.of(self._there)
            spared |= {members.name_of(row) for row in rows if not members.is_ours(row)}
        return spared

    def _brought(self, name: str) -> bool:
        return self._choices.get(name) is Choice.BRING

    def _changes(self) -> Iterator[Change]:
        values: dict[str, dict[str, object]] = {}
        for thing in self._contents.things:
            if self._brought(thing.name):
                into = values.setdefault(thing.table, {})
                there = next(iter(self._there.get(thing.table, ())), {})
                into |= thing.changed(self._row(thing.table), there, into)
        if values.get(self._contents.table) and self._contents.versions is not None:
            yield from self._new_version(self._contents.versions, values[self._contents.table])
        for table, changed in values.items():
            key = self._row(table)["id"]
            if "updated_at" in self._row(table):
                before = self._there[table][0].get("updated_at") or 0
                changed["updated_at"] = max(before, self._row(table)["updated_at"])
            yield Update(table, {"id": key}, changed)
        for members in self._contents.members:
            yield from self._member_changes(members)

    def _member_changes(self, members: Members) -> Iterator[Change]:
        for row in self._rows:
            own = row.table == members.table and members.counts(row.values)
            if own and self._brought(members.name_of(row.values)):
                yield Insert(row)
        for values in members.of(self._there):
            name = members.name_of(values)
            if self._brought(name) and name not in self._ours:
                yield Delete(members.table, {"id": values["id"]}, members.id_of)

    def _new_version(self, versions: Versions, changed: dict[str, object]) -> Iterator[Change]:
        there = self._there[self._contents.table][0]
        first = next((row.values for row in self._rows if row.table == versions.table), None)
        if first is None:
            return
        snapshot = {
            name: changed.get(name, there.get(name, value))
            for name, value in dict(first["snapshot"]).items()  # type: ignore[call-overload]
        }
        version = {
            **first,
            "snapshot": snapshot,
            "parent_id": there.get("version_id"),
            "commit_message": f"From LibreChat ({digest(snapshot)})",
            "created_at": self._row(self._contents.table)["updated_at"],
        }
        version["id"] = versions.id_of(version)
        changed["version_id"] = version["id"]
        yield Insert(TableRow(versions.table, version, if_absent=True))

    def _row(self, table: str) -> Mapping[str, Any]:
        return next(row.values for row in self._rows if row.table == table)

"""How one of Open WebUI's tables, and one kind of row that we write, are described."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from migrator_core.openwebui.contents.review import Contents
from migrator_core.openwebui.mapping.context import MappingContext, TableRow
from migrator_core.rows import Row

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Table:
    """One table and the model class behind it, ``models/<module>.py: <class>`` of Open WebUI.

    ``columns`` are those that every row of ours fills: they must exist, and no other column may
    demand a value. ``since`` names the release that brought a table which earlier supported ones
    lack. ``needs`` is a column and the table it points to: where that row is gone, ours is left
    out, because it says nothing without it.
    """

    name: str
    model: str
    columns: frozenset[str]
    since: str | None = None
    needs: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The rows that an item has in a table beside its main one.

    They are those whose ``column`` holds what the main row has in ``of``, and whose other columns
    are as ``where`` says; ``meta.chat_id`` is the value ``chat_id`` in the JSON column ``meta``.
    ``id_of`` computes the id that we give such a row: one with another id was added by somebody
    else. Without it, rows of ours and of others cannot be told apart by their ids.
    """

    table: Table
    column: str
    of: str = "id"
    where: Mapping[str, str] = field(default_factory=dict)
    id_of: Callable[[Mapping[str, Any]], str] | None = None

    def is_ours(self, values: Mapping[str, Any]) -> bool:
        """Whether we made this row of the table."""
        return self.id_of is None or self.id_of(values) == values["id"]


@dataclass(frozen=True, slots=True)
class Claim:
    """Columns of the main table whose values only one row may have.

    A row that has them already is the item itself; with a ``refusal`` it is a stranger, and the
    item fails. The refusal is a sentence with a place for the value (``{}``).
    """

    columns: tuple[str, ...] = ("id",)
    any_case: bool = False
    refusal: str | None = None

    def value(self, row: Row) -> str:
        """What a row claims."""
        return self.normal("/".join(getattr(row, column) for column in self.columns))

    def last(self, value: str) -> str:
        """The part of a value that the last of the columns holds."""
        return value.split("/", len(self.columns) - 1)[-1]

    def normal(self, value: str) -> str:
        """The value in the form in which two of them are compared."""
        return value.strip().lower() if self.any_case else value


@dataclass(frozen=True, slots=True)
class Parent:
    """A row that must be there first: its kind, the column that names it, and what to say if not.

    An item whose parent somebody removed is left out as its parent is. Where ``names`` is a column
    of the parent that names the item, and it names another one or none, somebody has decided so,
    and the item is left out, too.
    """

    kind: str
    column: str
    missing: str
    names: str | None = None

    def key_of(self, row: Row) -> str:
        """The key of a row's parent."""
        key: str = getattr(row, self.column)
        return key


def _always(_row: Row) -> bool:
    return True


def _nothing(_row: Row) -> Sequence[Row]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """One kind of row that conversion gives, and everything the target must know of it.

    ``table`` is its main table, ``key`` the columns that name it there and in the ledger, ``parts``
    are its rows elsewhere, ``claims`` tell in this order how a row that exists is recognised.
    ``remembered`` picks the rows that a preview keeps in mind because a later item may repeat or
    need them: it writes none that could be asked for. ``brings`` are rows of other kinds that come
    along where they are missing. ``bytes_at`` is the column that says where stored bytes are.
    ``contents`` tells what of a row that is there can be brought up to date; without it there is
    nothing that could differ.
    """

    row: type[R]
    table: Table
    to_rows: Callable[[R, MappingContext], list[TableRow]]
    key: tuple[str, ...] = ("id",)
    parts: tuple[Part, ...] = ()
    claims: tuple[Claim, ...] = (Claim(),)
    parent: Parent | None = None
    remembered: Callable[[R], bool] = _always
    brings: Callable[[R], Sequence[Row]] = _nothing
    bytes_at: str | None = None
    contents: Contents | None = None

    @property
    def name(self) -> str:
        """The kind's name in the ledger."""
        return self.table.name

    @property
    def stage(self) -> int:
        """Items are written stage by stage: what has a parent comes after all that may be one."""
        return 0 if self.parent is None else 1

    def key_of(self, row: R) -> str:
        """What names a row in the ledger: its id, for most kinds."""
        return "/".join(getattr(row, column) for column in self.key)

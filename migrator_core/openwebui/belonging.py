"""Which rows belong to an item of a kind, table by table: found by the registry alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa

from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.kind import Kind, Part

Rows: TypeAlias = dict[str, list[Mapping[str, Any]]]


def conditions(
    kind: Kind[Any], keys: Sequence[str], schema: Schema
) -> dict[str, sa.ColumnElement[bool]]:
    """What selects the rows of these items, by table, where this Open WebUI has the table.

    In the reverse order they can be deleted. ``keys`` are those of the ledger, a few hundred at
    most.
    """
    main = schema.table(kind.name)
    names = [key.split("/", len(kind.key) - 1) for key in keys]
    if len(kind.key) == 1:
        own = main.c[kind.key[0]].in_([name for (name,) in names])
    else:
        own = sa.tuple_(*(main.c[column] for column in kind.key)).in_([tuple(n) for n in names])
    parts = {
        part.table.name: _condition(part, main, own, schema)
        for part in kind.parts
        if part.table.name in schema.tables
    }
    return {kind.name: own, **parts}


def _condition(
    part: Part, main: sa.Table, own: sa.ColumnElement[bool], schema: Schema
) -> sa.ColumnElement[bool]:
    table = schema.table(part.table.name)
    name, _, inside = part.column.partition(".")
    column: sa.ColumnElement[Any] = table.c[name]
    if inside:
        column = column[inside].as_string()
    value = sa.select(main.c[part.of]).where(own).scalar_subquery()
    others = [table.c[other] == text for other, text in part.where.items()]
    return sa.and_(column.in_(value), *others)

"""The ledger's tables as earlier releases of this tool made them, and how they become today's."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from migrator_core.openwebui.ledger.tables import LedgerTables

_DROPPED = frozenset({"children"})
"""Columns that demand a value nobody gives any more."""


def columns_present(connection: sa.Connection, tables: LedgerTables) -> dict[str, frozenset[str]]:
    """The columns that the ledger's tables have, by table; empty where there is no ledger."""
    schema = tables.metadata.schema
    inspector = sa.inspect(connection)
    if not inspector.has_table(tables.item.name, schema=schema):
        return {}
    return {
        table.name: frozenset(c["name"] for c in inspector.get_columns(table.name, schema=schema))
        for table in (tables.run, tables.item)
    }


def is_current(present: Mapping[str, frozenset[str]], tables: LedgerTables) -> bool:
    """Whether these tables need no :func:`bring_up_to_date`."""
    return all(
        set(table.c.keys()) <= present.get(table.name, frozenset())
        and not _DROPPED & present[table.name]
        for table in (tables.run, tables.item)
    )


def bring_up_to_date(connection: sa.Connection, tables: LedgerTables) -> None:
    """Create the tables, or add and drop columns; nothing where that is done already."""
    from alembic.migration import MigrationContext  # noqa: PLC0415 - comes with Open WebUI
    from alembic.operations import Operations  # noqa: PLC0415 - as above

    tables.metadata.create_all(connection)
    operations = Operations(MigrationContext.configure(connection))
    schema = tables.metadata.schema
    for name, present in columns_present(connection, tables).items():
        table = tables.metadata.tables[f"{schema}.{name}" if schema else name]
        for column in table.c:
            if column.name not in present:
                new = sa.Column(column.name, column.type)
                operations.add_column(name, new, schema=schema)
        for column_name in sorted(_DROPPED & present):
            operations.drop_column(name, column_name, schema=schema)

"""Many rows into PostgreSQL by COPY, several times as fast as any INSERT.

The driver's own COPY, of psycopg 3, which Open WebUI's engine uses: SQLAlchemy has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection


def copy_statement(table: sa.TableClause, columns: Sequence[str], dialect: Dialect) -> str:
    """The statement for rows with these columns."""
    preparer = dialect.identifier_preparer
    names = ", ".join(preparer.quote(name) for name in columns)
    return f"COPY {preparer.format_table(table)} ({names}) FROM STDIN"


async def copy_rows(
    connection: AsyncConnection, statement: str, rows: Iterable[Sequence[object]]
) -> None:
    """Add rows in the caller's transaction.

    Raises:
        DBAPIError: as SQLAlchemy raises it for any statement.
    """
    sync = connection.sync_connection
    if sync is None:
        raise sa.exc.InterfaceError(statement, None, RuntimeError("the connection is closed"))
    driver: Any = (await connection.get_raw_connection()).driver_connection
    refused: Any = sync.dialect.loaded_dbapi.Error
    try:
        async with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                await copy.write_row(row)
    except refused as error:
        raise sa.exc.DBAPIError.instance(
            statement, None, error, refused, hide_parameters=True, dialect=sync.dialect
        ) from error

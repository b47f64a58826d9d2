"""What this Open WebUI's database looks like, asked of its own model classes.

Open WebUI's tables differ between releases (0.10 to 0.12: ``open_webui/models/*.py``). Nothing
here knows a release by its number: the model classes are imported and asked which columns they
have. The statements of this package run on those tables, so that ``DATABASE_SCHEMA`` applies too.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.ext.asyncio import AsyncConnection

from migrator_core.errors import CannotStartError
from migrator_core.openwebui.tables.kind import Table
from migrator_core.openwebui.tables.registry import READ, WRITTEN

_COLUMNS: Mapping[str, frozenset[str]] = MappingProxyType(
    {table.name: table.columns for table in WRITTEN}
)
"""By table, what every row of ours fills."""

Setting: TypeAlias = Callable[[str, object], object]
"""The value that a setting of Open WebUI has, by its key and what its database holds (or None)."""


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of this Open WebUI.

    ``tables`` are its own (typed, with defaults), for reading and small updates; ``columns`` are
    the names of theirs. ``inserts`` are the same tables whose JSON columns take finished JSON text:
    the costly encoding then happens before a transaction begins, not while SQLite's only write lock
    is held.
    """

    metadata: sa.MetaData
    tables: Mapping[str, sa.Table]
    columns: Mapping[str, frozenset[str]]
    inserts: Mapping[str, sa.TableClause]
    json_columns: Mapping[str, frozenset[str]]
    lengths: Mapping[str, Mapping[str, int]]
    group_share: bool | str
    setting: Setting

    @classmethod
    def load(cls) -> Schema:
        """Import Open WebUI's model classes.

        Raises:
            CannotStartError: this Open WebUI is too old.
        """
        asked = {described.name: _table(described) for described in (*WRITTEN, *READ)}
        tables = {name: table for name, table in asked.items() if table is not None}
        if not _is_asynchronous():
            raise too_old()
        groups = importlib.import_module("open_webui.models.groups")
        share = getattr(groups, "DEFAULT_GROUP_SHARE_PERMISSION", "members")
        return cls.of(tables, group_share=share, setting=_setting)

    @classmethod
    def of(
        cls, tables: Mapping[str, sa.Table], *, group_share: bool | str, setting: Setting
    ) -> Schema:
        """What is known of these tables. ``group_share``: who may share with a new group."""
        return cls(
            metadata=tables["user"].metadata,
            tables=tables,
            columns={name: frozenset(table.c.keys()) for name, table in tables.items()},
            inserts={name: _for_inserts(table) for name, table in tables.items()},
            json_columns={name: _json_columns(table) for name, table in tables.items()},
            lengths={name: _lengths(table) for name, table in tables.items()},
            group_share=group_share,
            setting=setting,
        )

    def table(self, name: str) -> sa.Table:
        """One of Open WebUI's tables, by its name in the database."""
        return self.tables[name]

    def has(self, table: str, column: str) -> bool:
        """Whether this Open WebUI has the column (and its table) at all."""
        return table in self.tables and column in self.tables[table].c

    async def check_database(self, connection: AsyncConnection) -> None:
        """Compare the database behind a connection with the model classes.

        Raises:
            CannotStartError: tables are missing, or have mandatory columns we know nothing of.
        """
        await connection.run_sync(self._check_database)

    def _check_database(self, connection: sa.Connection) -> None:
        inspector = sa.inspect(connection)
        present = set(inspector.get_table_names(schema=self.metadata.schema))
        if missing := sorted(set(self.tables) - present):
            raise CannotStartError(
                f"The database has no Open WebUI tables in it ({', '.join(missing[:3])}, … are "
                "missing). Start Open WebUI once, so that it creates them, and sign up the first "
                "account; then run the migration again."
                if len(missing) == len(self.tables)
                else f"The database lacks tables of this Open WebUI ({', '.join(missing)}). Start "
                "Open WebUI of the same version once, so that it migrates its database."
            )
        for name in _COLUMNS:
            if name in self.tables:
                columns = inspector.get_columns(name, schema=self.metadata.schema)
                self._check_columns(name, columns)

    def _check_columns(self, table: str, columns: list[ReflectedColumn]) -> None:
        for column in columns:
            name, optional = column["name"], column["nullable"] or column.get("default") is not None
            if not optional and name not in _COLUMNS[table]:
                raise CannotStartError(
                    f"This Open WebUI is newer than this tool: its table {table!r} demands a value "
                    f"in the column {name!r}, which this tool does not know. Use a newer release "
                    "of the tool."
                )
        if missing := sorted(_COLUMNS[table] - {column["name"] for column in columns}):
            raise CannotStartError(
                f"The table {table!r} lacks the column {missing[0]!r}: the database belongs to "
                "another version of Open WebUI. Start Open WebUI of the version this tool runs "
                "with once, so that it migrates its database."
            )


def too_old(version: str | None = None) -> CannotStartError:
    """The refusal of releases before 0.10."""
    known = f" {version}" if version else ""
    return CannotStartError(
        f"This Open WebUI{known} is too old: the migration needs version 0.10.0 or later. "
        "Please upgrade Open WebUI first and start it once, then run the migration again."
    )


def _table(described: Table) -> sa.Table | None:
    """The table behind a model class; None for one that this release does not have yet."""
    module, _, name = described.model.partition(".")
    try:
        model = getattr(importlib.import_module(f"open_webui.models.{module}"), name)
    except (ImportError, AttributeError) as error:
        if described.since is not None:
            return None
        raise too_old() from error
    table: sa.Table = model.__table__
    if not described.columns <= set(table.c.keys()):
        raise too_old()
    return table


def _setting(key: str, stored: object) -> object:
    """Follows ``models/config.py: Config.get``: the environment may overrule the database."""
    config = importlib.import_module("open_webui.models.config").Config
    persistent = getattr(config, "persistent_enabled_for", lambda _key: True)(key)
    if persistent and stored is not None:
        return stored
    default: object = getattr(config, "DEFAULTS", {}).get(key)
    return default


def _is_asynchronous() -> bool:
    users = importlib.import_module("open_webui.models.users").Users
    return inspect.iscoroutinefunction(getattr(users, "get_user_by_email", None))


def _is_text_json(column: sa.Column[Any]) -> bool:
    # ``internal/db.py: JSONField``, JSON kept in a TEXT column by Open WebUI itself.
    return type(column.type).__name__ == "JSONField"


def _json_columns(table: sa.Table) -> frozenset[str]:
    return frozenset(
        column.name
        for column in table.c
        if isinstance(column.type, sa.JSON) or _is_text_json(column)
    )


def _lengths(table: sa.Table) -> dict[str, int]:
    return {
        column.name: column.type.length
        for column in table.c
        if isinstance(column.type, sa.String) and column.type.length
    }


def _for_inserts(table: sa.Table) -> sa.TableClause:
    def insert_type(column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
        if isinstance(column.type, sa.JSON):
            return sa.types.NullType()  # sent as it is; PostgreSQL takes it for what the column is
        return sa.Text() if _is_text_json(column) else column.type

    columns = [sa.column(column.name, insert_type(column)) for column in table.c]
    return sa.table(table.name, *columns, schema=table.schema)

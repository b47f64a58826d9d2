"""The two tables the migration adds to Open WebUI's database. Removing them harms nothing."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


@dataclass(frozen=True, slots=True)
class LedgerTables:
    """Table objects in the schema Open WebUI lives in. JSON is kept as text: portable, opaque."""

    metadata: sa.MetaData
    run: sa.Table
    item: sa.Table

    @classmethod
    def define(cls, schema: str | None) -> LedgerTables:
        """The tables, qualified with ``schema`` where there is one."""
        metadata = sa.MetaData(schema=schema)
        run = sa.Table(
            "librechat_migration_run",
            metadata,
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("started_at", sa.BigInteger, nullable=False),
            sa.Column("finished_at", sa.BigInteger),
            sa.Column("heartbeat_at", sa.BigInteger, nullable=False),
            sa.Column("state", sa.Text, nullable=False),
            sa.Column("owner", sa.Text, nullable=False),
            sa.Column("settings", sa.Text, nullable=False),
            sa.Column("backup_path", sa.Text, nullable=False),
            sa.Column("backup_kind", sa.Text, nullable=False),
            sa.Column("backup_fingerprint", sa.Text, nullable=False),
            sa.Column("tool_version", sa.Text, nullable=False),
            sa.Column("open_webui_version", sa.Text, nullable=False),
            sa.Column("counts", sa.Text),
            sa.Column("warnings", sa.Text),
            # How far a run is, for whoever watches it from another process, and their wish to stop.
            sa.Column("progress", sa.Text),
            sa.Column("stop_requested_at", sa.BigInteger),
        )
        item = sa.Table(
            "librechat_migration_item",
            metadata,
            # Counts up: the order in which a run recorded its items.
            sa.Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
            sa.Column("run_id", sa.Text, nullable=False),
            sa.Column("collection", sa.Text, nullable=False),
            sa.Column("source_id", sa.Text, nullable=False),
            sa.Column("target_kind", sa.Text),
            sa.Column("target_id", sa.Text),
            sa.Column("state", sa.Text, nullable=False),
            sa.Column("reason", sa.Text),
            sa.Column("detail", sa.Text),
            sa.Column("fingerprint", sa.Text),
            sa.Column("replaced", sa.Text),
            sa.Column("size", sa.BigInteger, nullable=False),
            # What was written, thing by thing: a later run tells by it who changed what since.
            sa.Column("written", sa.Text),
            # That a document, as it was read, is a row, as it is stored: two digests.
            sa.Column("proof", sa.Text),
            sa.Index("librechat_migration_item_run", "run_id", "id"),
            # "Did we make this?", for every item of every later run.
            sa.Index("librechat_migration_item_target", "target_kind", "target_id"),
        )
        return cls(metadata, run, item)

"""Mapping and encoding apart from any database, so that it can be done in another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from migrator_core.encoded import Encoded
from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.mapping.context import MappingContext
from migrator_core.openwebui.tables.registry import kind_of
from migrator_core.openwebui.writing.encoding import encode_rows
from migrator_core.openwebui.writing.prepared import load_context
from migrator_core.rows import Row


@dataclass(frozen=True, slots=True)
class Encoder:
    """Knows the columns of an Open WebUI and the facts that mapping needs; can be pickled."""

    context: MappingContext
    columns: Mapping[str, frozenset[str]]
    json_columns: Mapping[str, frozenset[str]]
    lengths: Mapping[str, Mapping[str, int]]

    @classmethod
    async def of(cls, target: OpenWebUI) -> Encoder:
        """What rows for this Open WebUI are made with."""
        schema = target.schema
        context = await load_context(target)
        return cls(context, schema.columns, schema.json_columns, schema.lengths)

    def encode(self, row: Row) -> Encoded:
        """All that a new row inserts.

        Raises:
            RejectedError: a value cannot be stored.
        """
        kind = kind_of(row)
        mapped = kind.to_rows(row, self.context)
        contents = kind.contents
        digests = contents.digests(mapped) if contents is not None else None
        return Encoded(tuple(encode_rows(mapped, self)), digests)

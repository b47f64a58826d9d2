"""From our rows to values that a driver takes as they are: mapped, checked, JSON as text.

What one of the databases would refuse or garble is refused here, on both alike and in a preview
too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from migrator_core.openwebui.database.faults import RejectedError
from migrator_core.openwebui.mapping.context import MappingContext, TableRow
from migrator_core.openwebui.schema import Schema
from migrator_core.openwebui.tables.registry import kind_of
from migrator_core.rows import Row

_LONGEST_ID = 500
"""Characters. Ids are indexed, and PostgreSQL indexes about 2700 bytes at most."""
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """A row whose values the driver takes as they are; JSON is text by now."""

    table: str
    if_absent: bool
    values: Mapping[str, object]


def encode(row: Row, context: MappingContext, schema: Schema) -> list[EncodedRow]:
    """Everything one item inserts. See :func:`encode_rows`."""
    return encode_rows(kind_of(row).to_rows(row, context), schema)


def encode_rows(rows: Iterable[TableRow], schema: Schema) -> list[EncodedRow]:
    """Rows that one item inserts.

    Raises:
        RejectedError: a value cannot be stored.
    """
    try:
        return [
            EncodedRow(one.table, one.if_absent, _encode_values(one, schema))
            for one in rows
            if one.table in schema.tables
        ]
    except UnicodeError as error:
        raise RejectedError("a text holds half of a character pair (lone surrogate)") from error
    except RecursionError as error:
        raise RejectedError("its content is nested too deeply") from error


def _encode_values(row: TableRow, schema: Schema) -> dict[str, object]:
    encoded: dict[str, object] = {}
    for name, value in row.values.items():
        if value is None or not schema.has(row.table, name):
            continue
        if name in schema.json_columns[row.table]:
            encoded[name] = _json_text(value)
        else:
            encoded[name] = _checked(name, value, schema.lengths[row.table].get(name))
    return encoded


def _json_text(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise RejectedError(f"its content is no JSON: {type(error).__name__}") from error
    if "\\u0000" in text and _NUL.search(text):
        raise RejectedError("a text holds a NUL character")
    text.encode()
    return text


def _checked(name: str, value: object, length: int | None) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise RejectedError(f"the number for {name!r} is too large")
        return int(value)
    if not isinstance(value, str):
        raise RejectedError(f"the value for {name!r} is a {type(value).__name__}")
    if "\x00" in value:
        raise RejectedError("a text holds a NUL character")
    value.encode()
    if length is not None and len(value) > length:
        raise RejectedError(f"the text for {name!r} is longer than {length} characters")
    if len(value) > _LONGEST_ID and (name == "id" or name.endswith("_id")):
        raise RejectedError(f"the text for {name!r} is longer than {_LONGEST_ID} characters")
    return str(value)

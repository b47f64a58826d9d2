"""From our rows to values that a driver takes as they are: mapped, checked, JSON as text.

What one of the databases would refuse or garble is refused here, on both alike and in a preview
too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Protocol

import orjson

from migrator_core.encoded import EncodedRow
from migrator_core.openwebui.database.faults import RejectedError
from migrator_core.openwebui.mapping.context import MappingContext, TableRow
from migrator_core.openwebui.tables.registry import kind_of
from migrator_core.rows import Row

_LONGEST_ID = 500
"""Characters. Ids are indexed, and PostgreSQL indexes about 2700 bytes at most."""
_BULKY = frozenset({"chat", "chat_message", "shared_chat"})
"""Tables with nearly all that is written. Conversion has made JSON of everything in their documents
(:func:`~migrator_core.convert.cleaning.clean_json`): no number is infinite, which a faster encoder
would not tell from nothing."""
_COMPARED_AS_TEXT = "oauth"
"""A document in which Open WebUI looks for a text on SQLite: 0.10 finds who signs in through a
provider only where the spaces are where it would put them (``Users.get_user_by_oauth_sub``)."""
_PLAIN_JSON = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class Columns(Protocol):
    """What encoding has to know of the tables, by their names; a schema knows more."""

    @property
    def columns(self) -> Mapping[str, frozenset[str]]:
        """The names of their columns."""

    @property
    def json_columns(self) -> Mapping[str, frozenset[str]]:
        """Those that hold JSON."""

    @property
    def lengths(self) -> Mapping[str, Mapping[str, int]]:
        """How many characters those have room for that are limited."""


def encode(row: Row, context: MappingContext, schema: Columns) -> list[EncodedRow]:
    """Everything one item inserts. See :func:`encode_rows`."""
    return encode_rows(kind_of(row).to_rows(row, context), schema)


def encode_rows(rows: Iterable[TableRow], schema: Columns) -> list[EncodedRow]:
    """Rows that one item inserts.

    Raises:
        RejectedError: a value cannot be stored.
    """
    try:
        return [
            EncodedRow(one.table, one.if_absent, _encode_values(one, schema))
            for one in rows
            if one.table in schema.columns
        ]
    except UnicodeError as error:
        raise RejectedError("a text holds half of a character pair (lone surrogate)") from error
    except RecursionError as error:
        raise RejectedError("its content is nested too deeply") from error


def _encode_values(row: TableRow, schema: Columns) -> dict[str, object]:
    columns = schema.columns[row.table]
    documents, lengths = schema.json_columns[row.table], schema.lengths[row.table]
    to_json = _bulky_json_text if row.table in _BULKY else _json_text
    return {
        name: (_spaced_json_text(value) if name == _COMPARED_AS_TEXT else to_json(value))
        if name in documents
        else _checked(name, value, lengths.get(name))
        for name, value in row.values.items()
        if value is not None and name in columns
    }


def _bulky_json_text(value: object) -> str:
    """The same text as that of :func:`_json_text`, many times as fast."""
    try:
        raw = orjson.dumps(value, option=_PLAIN_JSON)
    except TypeError:  # what it refuses may be no more than a very large number
        return _json_text(value)
    text = raw.decode()
    if b"\\u0000" in raw and _NUL.search(text):
        raise RejectedError("a text holds a NUL character")
    return text


def _spaced_json_text(value: object) -> str:
    """As Python's own encoder writes it."""
    return json.dumps(json.loads(_json_text(value)))


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
    longest = _LONGEST_ID if length is None else min(length, _LONGEST_ID)
    if type(value) is str and len(value) <= longest and value.isascii() and "\x00" not in value:
        return value  # nearly every one
    return _looked_at(name, value, length)


def _looked_at(name: str, value: object, length: int | None) -> object:
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
    if not value.isascii():
        value.encode()
    if length is not None and len(value) > length:
        raise RejectedError(f"the text for {name!r} is longer than {length} characters")
    if len(value) > _LONGEST_ID and (name == "id" or name.endswith("_id")):
        raise RejectedError(f"the text for {name!r} is longer than {_LONGEST_ID} characters")
    return str(value)

"""From the rows of conversion to statements: checked, encoded, in the order foreign keys need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from migrator_core.openwebui.faults import RejectedError
from migrator_core.openwebui.mapping.accounts import group_rows, user_rows
from migrator_core.openwebui.mapping.chats import chat_rows, folder_rows, shared_chat_rows, tag_rows
from migrator_core.openwebui.mapping.context import MappingContext, TableRow
from migrator_core.openwebui.mapping.resources import file_rows, model_rows, prompt_rows
from migrator_core.openwebui.schema import Schema
from migrator_core.rows import (
    ChatRow,
    FileRow,
    FolderRow,
    GroupRow,
    ModelRow,
    PromptRow,
    Row,
    SharedChatRow,
    TagRow,
    UserRow,
)

_ORDER = (
    "user",
    "auth",
    "group",
    "group_member",
    "file",
    "tag",
    "folder",
    "chat",
    "chat_message",
    "chat_file",
    "feedback",
    "shared_chat",
    "prompt",
    "prompt_history",
    "model",
    "model_history",
    "access_grant",
)
"""Every table after those its foreign keys point to; PostgreSQL checks them row by row."""

_LONGEST_ID = 500
"""Characters. Ids are indexed, and PostgreSQL indexes about 2700 bytes at most."""
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True)
class EncodedRow:
    """A row whose values the driver takes as they are; JSON is text by now."""

    table: str
    if_absent: bool
    values: Mapping[str, object]


def encode(
    row: Row, context: MappingContext, schema: Schema, *, path: str | None = None
) -> list[EncodedRow]:
    """Everything one item inserts. ``path`` is the stored file's, for a :class:`FileRow`.

    What one of the databases would refuse or garble is refused here, on both alike and in a
    preview too.

    Raises:
        RejectedError: a value cannot be stored.
    """
    try:
        return [
            EncodedRow(one.table, one.if_absent, _encode_values(one, schema))
            for one in _table_rows(row, context, path)
            if one.table in schema.tables
        ]
    except UnicodeError as error:
        raise RejectedError("a text holds half of a character pair (lone surrogate)") from error
    except RecursionError as error:
        raise RejectedError("its content is nested too deeply") from error


def statements(
    rows: Iterable[EncodedRow], schema: Schema, dialect: str
) -> Iterator[tuple[sa.Insert, list[Mapping[str, object]]]]:
    """As few bulk inserts as possible for all these rows, in an order that foreign keys accept."""
    groups: dict[tuple[int, bool, tuple[str, ...]], list[Mapping[str, object]]] = {}
    for row in rows:
        # One bulk insert takes rows with the same columns only.
        key = (_ORDER.index(row.table), row.if_absent, tuple(row.values))
        groups.setdefault(key, []).append(row.values)
    for (place, if_absent, _), values in sorted(groups.items(), key=lambda group: group[0]):
        yield _insert(schema.inserts[_ORDER[place]], dialect, if_absent=if_absent), values


def _insert(table: sa.TableClause, dialect: str, *, if_absent: bool) -> sa.Insert:
    if dialect == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing() if if_absent else table.insert()
    insert = postgresql.insert(table)
    if if_absent:
        insert = insert.on_conflict_do_nothing()
    # Nobody needs the answer, but with RETURNING SQLAlchemy sends a page of rows as one statement;
    # without it, psycopg sends and awaits row by row, which takes several times as long.
    return insert.returning(sa.literal(1))


def _table_rows(row: Row, context: MappingContext, path: str | None) -> list[TableRow]:
    if isinstance(row, FileRow):
        if path is None:
            raise ValueError("a file row without stored bytes")
        return file_rows(row, path)
    if isinstance(row, UserRow):
        return user_rows(row, context)
    if isinstance(row, GroupRow):
        return group_rows(row, context)
    return _content_rows(row, context)


def _content_rows(
    row: ChatRow | SharedChatRow | FolderRow | TagRow | PromptRow | ModelRow,
    context: MappingContext,
) -> list[TableRow]:
    match row:
        case ChatRow():
            return chat_rows(row, context)
        case SharedChatRow():
            return shared_chat_rows(row)
        case FolderRow():
            return folder_rows(row)
        case TagRow():
            return tag_rows(row)
        case PromptRow():
            return prompt_rows(row)
        case ModelRow():
            return model_rows(row)
        case _:
            assert_never(row)


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

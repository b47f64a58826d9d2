"""Whose a row is: which things it goes with, by the registry alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from migrator_core.openwebui.tables.kind import Part
from migrator_core.openwebui.tables.registry import KINDS

LINKS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "group_member": {"user": ("user_id",), "group": ("group_id",)},
    "access_grant": {"user": ("principal_id",), "group": ("principal_id",)},
}
"""Tables whose rows say of two things that they belong together, and nothing else: one of ours
needs neither of them, and goes with either. By kind, the columns that name it."""

COMPANIONS = frozenset({"chat_file", "knowledge_file"})
"""Tables whose rows say what a thing needs, beside the row of the thing itself."""

NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "user": ("user_id", "principal_id", "created_by"),
    "group": ("group_id", "principal_id"),
    "folder": ("folder_id",),
    "file": ("file_id",),
    "chat": ("chat_id",),
    "shared_chat": ("share_id", "resource_id"),
    "prompt": ("prompt_id", "resource_id"),
    "knowledge": ("knowledge_id", "resource_id"),
    "skill": ("skill_id", "resource_id"),
    "model": ("base_model_id", "resource_id"),
}
"""The columns, of whatever table, that name a thing of a kind; asked once more before it goes."""


def parts_in(table: str) -> Iterator[tuple[str, Part]]:
    """The parts that kinds have in a table."""
    for kind in KINDS:
        for part in kind.parts:
            if part.table.name == table:
                yield kind.name, part


def is_our_link(table: str, row: Mapping[str, Any]) -> bool:
    """Whether a row of one of :data:`LINKS` has an id that only we give."""
    return table in LINKS and any(
        part.id_of is not None and part.is_ours(row) for _, part in parts_in(table)
    )


def things_of(table: str, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The things that a row (of texts) is, or is a part of: kind and name."""
    for kind in KINDS:
        if kind.name == table:
            yield kind.name, "/".join(str(row[column]) for column in kind.key)
    for kind_name, part in parts_in(table):
        fits = all(row.get(column) == value for column, value in part.where.items())
        if fits and part.is_ours(row):
            yield kind_name, _owner(part, row)


def _owner(part: Part, row: Mapping[str, Any]) -> str:
    name, _, inside = part.column.partition(".")
    value = row.get(name)
    if not inside:
        return str(value)
    try:
        document = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return ""
    return str(document.get(inside)) if isinstance(document, dict) else ""

"""The rows beside a chat's own: of its messages, of their files, of their ratings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrator_core.openwebui.contents.review import Change, Delete, Insert, Update
from migrator_core.openwebui.contents.tree import MergedTree
from migrator_core.openwebui.mapping.context import TableRow


def message_changes(rows: list[TableRow], merged: MergedTree) -> Iterator[Change]:
    """What the merged tree changes; ``rows`` are all rows of the chat as the backup has it."""
    chat_id = next(row.values["id"] for row in rows if row.table == "chat")
    for key in merged.dropped:
        yield Delete("chat_message", {"id": f"{chat_id}-{key}"})
    for row in rows:
        values = dict(row.values)
        if row.table == "chat_message":
            key = str(values["id"]).removeprefix(f"{values['chat_id']}-")
            if key in merged.messages:
                values["parent_id"] = merged.messages[key].get("parentId")
            placed = TableRow(row.table, values)
            where = {"id": values["id"]}
            if key in merged.brought:
                yield Update(row.table, where, _without(values, "id", "created_at"), placed)
            elif key in merged.moved:
                yield Update(row.table, where, {"parent_id": values["parent_id"]})
        elif row.table == "chat_file" and values["message_id"] in merged.brought:
            yield Insert(row)
        elif row.table == "feedback" and _rated(values) in merged.brought:
            changed = {"data": values["data"], "updated_at": values["updated_at"]}
            yield Update(row.table, {"id": values["id"]}, changed, row)


def _rated(values: Mapping[str, Any]) -> object:
    return values["meta"].get("message_id")


def _without(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}

"""A chat's own list of files, which Open WebUI sends with every turn."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def brought_up_to_date(
    listed: object, ours: list[dict[str, Any]] | None, shown: Collection[object]
) -> list[Any] | None:
    """The list with the files of messages that were brought; None where it stays.

    ``ours`` is the list as the backup gives it, ``shown`` the ids in those messages. A file of
    which there is a text by now is given to the model whole, as its message says.
    """
    there = [*listed] if isinstance(listed, list) else []
    items = {item["id"]: item for item in ours or [] if item["id"] in shown}
    known = {item.get("id") for item in there if isinstance(item, dict)}
    found = [_with_text(item, items) for item in there]
    found += [item for key, item in items.items() if key not in known]
    return None if found == there else found


def _with_text(item: object, ours: dict[Any, Any]) -> object:
    wanted = ours.get(item.get("id")) if isinstance(item, dict) else None
    if not isinstance(item, dict) or wanted is None or "context" in item:
        return item
    return {**item, "context": wanted["context"]} if "context" in wanted else item

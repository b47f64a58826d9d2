"""Whether Open WebUI itself can read a row.

Every reader of Open WebUI hands a row to the read model beside its table (``models/*.py``: ``Chat``
and ``ChatModel``, 0.10 to 0.12). The same models are asked here, of rows that come through a
connection of ours: some of its readers repair what they read and store that (``Chats.
get_chat_by_id`` up to 0.11, ``get_messages_map_by_chat_id``), and a comparison writes nothing.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from migrator_core.openwebui.tables.kind import Table
from migrator_core.openwebui.tables.registry import WRITTEN
from migrator_core.openwebui.verifying.facts import Values

_TABLES = {table.name: table for table in WRITTEN}


def unreadable(table: str, row: Values) -> str | None:
    """The columns that Open WebUI stumbles over, None where it reads the row."""
    model = _read_model(_TABLES[table])
    if model is None:
        return None
    try:
        model.model_validate(dict(row))
    except ValidationError as error:
        found = {str(item["loc"][0]) for item in error.errors() if item["loc"]}
        return ", ".join(sorted(found)) or "the row"
    return None


@cache
def _read_model(table: Table) -> type[BaseModel] | None:
    module, _, name = table.model.rpartition(".")
    found: Any = getattr(
        importlib.import_module(f"open_webui.models.{module}"), f"{name}Model", None
    )
    return found if isinstance(found, type) and issubclass(found, BaseModel) else None

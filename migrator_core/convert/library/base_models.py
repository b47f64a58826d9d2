"""Connected models that are shared with the people who used them."""

from __future__ import annotations

from collections.abc import Iterable

from migrator_core.access_row import AccessRow
from migrator_core.convert.cleaning import clean_json, clean_text, single_line
from migrator_core.convert.ids import group_id
from migrator_core.convert.model_mapping import BaseModelRule
from migrator_core.rows import Grant, GroupRow, ModelRow

_MAX_NAME = 200


def is_stand_in(row: ModelRow) -> bool:
    """Whether what a model is built on only stands in for the one that it had in LibreChat."""
    known = row.meta.get("librechat")
    return isinstance(known, dict) and known.get("base_model_rule") == BaseModelRule.DEFAULT


def model_group(model: str, people: Iterable[str], now: int) -> GroupRow:
    """The group of the people who used a model; ``people`` are accounts, ``now`` in seconds."""
    name = single_line(model, limit=_MAX_NAME)
    return GroupRow(
        id=group_id(f"model:{model}"),
        name=f"LibreChat model {name}",
        description=f"The people who used the model {name} in LibreChat.",
        member_ids=tuple(sorted(set(people))),
        meta=clean_json({"librechat": {"model": model}}),
        created_at=now,
        updated_at=now,
    )


def shared_model(model: str, name: str, owner_id: str, group: str, now: int) -> ModelRow:
    """The row that a connected model gets where it has none: its name, and who may use it."""
    return ModelRow(
        id=model,
        user_id=owner_id,
        base_model_id=None,
        name=clean_text(name) or model,
        params={},
        meta={"librechat": {"base_model": True}},
        created_at=now,
        updated_at=now,
        grants=(Grant("group", group, "read"),),
    )


def model_access(model: str, group: str, now: int) -> AccessRow:
    """The permission alone, where an administrator has given the model a row already."""
    return AccessRow("model", "group", group, "read", model, now)

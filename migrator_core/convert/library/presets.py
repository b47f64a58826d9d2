"""LibreChat's presets as Open WebUI's workspace models, each for its owner alone."""

from __future__ import annotations

from migrator_core.convert.cleaning import clean_json, single_line
from migrator_core.convert.dates import row_dates
from migrator_core.convert.model_mapping import BaseModelChoice, BaseModelRule
from migrator_core.convert.model_mapping import ModelMapper as Mapper
from migrator_core.convert.model_parameters import convert_parameters
from migrator_core.convert.result import Converted, Skipped, notice
from migrator_core.convert.system_prompt import system_prompt
from migrator_core.librechat.documents.preset import Preset
from migrator_core.outcome import Notice, Reason, WarningCode
from migrator_core.rows import JsonDict, ModelRow

MAX_NAME = 255
_WEB_SEARCH = "web_search"
_SHOWN = 20


def convert_preset(
    preset: Preset, *, model_id: str, owner_id: str, models: Mapper, fallback: int
) -> Converted[ModelRow] | Skipped:
    """The workspace model for a preset.

    Args:
        preset: the document.
        model_id: the id that it gets.
        owner_id: the account that receives it, and nobody else.
        models: answers which base model it is built on.
        fallback: the run's start in seconds, for dates that are missing.

    Skipped where the preset only chooses an agent or an assistant: Open WebUI builds no model on
    another one of the workspace.
    """
    if preset.chooses:
        chosen = single_line(preset.chooses, limit=200)
        return Skipped(Reason.NOT_SUPPORTED, f"it only chooses the {chosen}")
    base = models.base_model(preset.endpoint, preset.model, model_id)
    name = _name(preset)
    params, dropped = convert_parameters(preset.parameters)
    searches = _WEB_SEARCH in dropped
    system = system_prompt(preset)
    dates = row_dates(preset.created_at, preset.updated_at, preset.id, fallback)
    row = ModelRow(
        id=model_id,
        user_id=owner_id,
        base_model_id=base.id,
        name=name,
        params=clean_json(params | ({"system": system} if system else {})),
        meta=_meta(preset, base, searches=searches),
        created_at=dates.created,
        updated_at=dates.updated,
    )
    others = [parameter for parameter in dropped if parameter != _WEB_SEARCH]
    return Converted(row, tuple(_notices(preset, name, base, others)))


def _name(preset: Preset) -> str:
    return single_line(preset.title, limit=MAX_NAME) or f"Preset {preset.name[:50]}"


def _meta(preset: Preset, base: BaseModelChoice, *, searches: bool) -> JsonDict:
    facts: JsonDict = {
        "id": preset.name,
        "endpoint": preset.endpoint,
        "model": preset.model,
        "base_model_rule": base.rule.value,
        "order": preset.order,
        "default": preset.default_preset or None,
        "created_at": None if preset.created_at is None else preset.created_at // 1000,
    }
    meta: JsonDict = {
        "profile_image_url": None,
        "description": None,
        "capabilities": {_WEB_SEARCH: True} if searches else {},
        "suggestion_prompts": None,
        "tags": [],
        "librechat": {name: value for name, value in facts.items() if value not in (None, "")},
    }
    if searches:
        meta["defaultFeatureIds"] = [_WEB_SEARCH]
    result: JsonDict = clean_json(meta)
    return result


def _notices(
    preset: Preset, name: str, base: BaseModelChoice, parameters: list[str]
) -> list[Notice]:
    label = f"preset {name} ({single_line(preset.name, limit=100)})"
    found = []
    if base.rule is BaseModelRule.DEFAULT:
        had = single_line(f"{preset.endpoint or '?'}/{preset.model or '?'}", limit=200)
        found.append((WarningCode.BASE_MODEL_DEFAULTED, f"{base.id} stands in for {had}"))
    details = []
    if parameters:
        shown = ", ".join(single_line(one, limit=80) for one in parameters[:_SHOWN])
        details.append(f"parameters without a counterpart: {shown}")
    if preset.tools:
        details.append(f"tools: {len(preset.tools)}")
    if preset.greeting and preset.greeting.strip():
        details.append("the greeting")
    found += [(WarningCode.SETTING_DROPPED, detail) for detail in details]
    return [notice(code, f"{label}: {detail}") for code, detail in found]

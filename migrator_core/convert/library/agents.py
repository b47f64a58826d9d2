"""LibreChat's agents as Open WebUI's workspace models."""

from __future__ import annotations

import re

from migrator_core.convert.cleaning import clean_json, single_line
from migrator_core.convert.dates import row_dates
from migrator_core.convert.model_mapping import BaseModelChoice, BaseModelRule, ModelMapper
from migrator_core.convert.model_parameters import convert_parameters
from migrator_core.convert.result import Converted, Skipped, notice
from migrator_core.convert.variables import convert_special_variables
from migrator_core.librechat.documents.agent import Agent
from migrator_core.outcome import Reason, WarningCode
from migrator_core.rows import Grant, JsonDict, ModelRow

MAX_NAME = 255
MAX_TAG = 100
MAX_LISTED = 20
"""How many names one warning lists."""

DEFAULT_CATEGORY = "general"
"""What LibreChat gives every agent that nobody sorted."""

FEATURES = (
    ("code_interpreter", re.compile(r"execute_code", re.IGNORECASE)),
    ("web_search", re.compile(r"web_search", re.IGNORECASE)),
    (
        "image_generation",
        re.compile(r"image_(gen|edit)\w*|dall-?e[\w-]*|stable-diffusion|flux", re.IGNORECASE),
    ),
)
"""Open WebUI's features and the LibreChat tools (0.7 to 0.8) that they stand for."""


def convert_agent(
    agent: Agent,
    *,
    owner_id: str,
    models: ModelMapper,
    avatar: str | None,
    grants: tuple[Grant, ...],
    fallback: int,
    target_id: str | None = None,
) -> Converted[ModelRow] | Skipped:
    """The workspace model for an agent.

    Args:
        agent: the document.
        owner_id: the account that receives it.
        models: answers which base model it is built on.
        avatar: the picture as a ``data:`` URI, None where the backup has none.
        grants: who else may use it.
        fallback: the run's start in seconds, for dates that are missing.
        target_id: the model's id, where it is not the agent's own.

    Skipped only where every candidate for the base model is the agent's own model id, which
    Open WebUI does not accept.
    """
    target_id = target_id or models.agent_model(agent.id)
    base = _base_model(agent, target_id, models)
    if base is None:
        detail = f"its base model would be {target_id} itself; set another default model"
        return Skipped(Reason.NOT_SUPPORTED, detail)
    name = _name(agent)
    params, dropped = convert_parameters(agent.model_parameters)
    features, tools = _features(agent)
    if "web_search" in features and "web_search" in dropped:
        dropped.remove("web_search")
    system = agent.instructions or _own_system(agent)
    if system and system.strip():
        params["system"] = convert_special_variables(system)
    if "system" in dropped and not agent.instructions:
        dropped.remove("system")
    dates = row_dates(agent.created_at, agent.updated_at, agent.document_id, fallback)
    row = ModelRow(
        id=target_id,
        user_id=owner_id,
        base_model_id=base.id,
        name=name,
        params=clean_json(params),
        meta=_meta(agent, base, features, avatar),
        created_at=dates.created,
        updated_at=dates.updated,
        grants=grants,
    )
    label = label_of(agent)
    notices = _notices(agent, label, base, avatar)
    notices += _dropped_settings(agent, label, tools, dropped)
    return Converted(row, tuple(notice(code, detail) for code, detail in notices))


def label_of(agent: Agent) -> str:
    """What a warning calls an agent."""
    return f"agent {_name(agent)} ({agent.id[:100]})"


def _name(agent: Agent) -> str:
    return single_line(agent.name, limit=MAX_NAME) or f"Agent {agent.id[:MAX_NAME]}"


def _base_model(agent: Agent, target_id: str, models: ModelMapper) -> BaseModelChoice | None:
    choice = models.base_model(agent.provider, agent.model, target_id)
    fallback = BaseModelChoice(models.default, BaseModelRule.DEFAULT)
    return next((item for item in (choice, fallback) if item.id and item.id != target_id), None)


def _own_system(agent: Agent) -> str | None:
    """Bedrock agents may carry a system prompt among their parameters."""
    system = agent.model_parameters.get("system")
    return system if isinstance(system, str) else None


def _features(agent: Agent) -> tuple[list[str], list[str]]:
    """The Open WebUI features that are on by default, and the tools without a counterpart."""
    wanted = list(agent.tools)
    if agent.model_parameters.get("web_search") is True:
        wanted.append("web_search")
    features: dict[str, None] = {}
    others: dict[str, None] = {}
    for tool in wanted:
        feature = next((name for name, tools in FEATURES if tools.fullmatch(tool.strip())), None)
        if feature is not None:
            features.setdefault(feature)
        elif tool.strip() not in {"", "file_search", "context", "ocr"} and not _is_connected(tool):
            others.setdefault(tool)  # tools over files are dealt with as knowledge
    return list(features), list(others)


def _is_connected(tool: str) -> bool:
    """Whether it is a tool of a server or API, of which more is to be said than its name."""
    return "_mcp_" in tool or "_action_" in tool


def _meta(agent: Agent, base: BaseModelChoice, features: list[str], avatar: str | None) -> JsonDict:
    starters = [text for text in agent.conversation_starters if text.strip()]
    category = single_line(agent.category, limit=MAX_TAG)
    meta: JsonDict = {
        "profile_image_url": avatar,
        "description": agent.description or None,
        "capabilities": dict.fromkeys(features, True),
        "suggestion_prompts": [{"content": text, "title": ["", ""]} for text in starters] or None,
        "tags": [{"name": category}] if category and category != DEFAULT_CATEGORY else [],
        "librechat": _provenance(agent, base),
    }
    if features:
        meta["defaultFeatureIds"] = features
    result: JsonDict = clean_json(meta)
    return result


def _provenance(agent: Agent, base: BaseModelChoice) -> JsonDict:
    """Whoever may use a model may read this (Open WebUI 0.10 to 0.12, ``/api/v1/models``).

    So it names nothing that LibreChat kept from those who could only view an agent (0.8,
    ``getAgentHandler``), however harmless it looks.
    """
    facts: JsonDict = {
        "id": agent.id,
        "_id": agent.document_id,
        "provider": agent.provider,
        "model": agent.model,
        "base_model_rule": base.rule.value,
        "created_at": None if agent.created_at is None else agent.created_at // 1000,
    }
    return {key: value for key, value in facts.items() if value not in (None, "")}


def _notices(
    agent: Agent, label: str, base: BaseModelChoice, avatar: str | None
) -> list[tuple[WarningCode, str]]:
    notices: list[tuple[WarningCode, str]] = []
    if base.rule is BaseModelRule.DEFAULT:
        had = single_line(f"{agent.provider or '?'}/{agent.model or '?'}", limit=200)
        detail = f"{label}: {base.id} stands in for {had}"
        notices.append((WarningCode.BASE_MODEL_DEFAULTED, detail))
    if avatar is None and agent.avatar_path:
        notices.append((WarningCode.AVATAR_LOST, f"{label}: the picture"))
    return notices


def _dropped_settings(
    agent: Agent, label: str, tools: list[str], parameters: list[str]
) -> list[tuple[WarningCode, str]]:
    dropped = [
        ("tools without a counterpart", tools),
        ("parameters without a counterpart", parameters),
        ("skills", agent.skills),
    ]
    details = [f"{what}: {_listed(names)}" for what, names in dropped if names]
    others = {
        "artifacts": agent.artifacts,
        "recursion limit": agent.recursion_limit,
        "support contact": agent.support_contact,
    }
    kept_out = [name for name, value in others.items() if value]
    if kept_out:
        details.append(", ".join(kept_out))
    return [(WarningCode.SETTING_DROPPED, f"{label}: {detail}") for detail in details]


def _listed(names: list[str]) -> str:
    shown = ", ".join(single_line(name, limit=80) for name in names[:MAX_LISTED])
    more = len(names) - MAX_LISTED
    return f"{shown} and {more} more" if more > 0 else shown

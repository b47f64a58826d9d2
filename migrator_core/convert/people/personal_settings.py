"""What people chose for themselves in LibreChat, as their settings in Open WebUI.

Language, colours and the like are not in a backup: LibreChat keeps them in the browser.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.ids import MAX_MODEL_ID
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.librechat.documents.user import User
from migrator_core.rows import JsonDict

MAX_PINNED = 100


def personal_settings(
    user: User, models: ModelMapper, default_model: str | None, taken: Collection[str]
) -> JsonDict:
    """The settings of a new account, empty where there is nothing to set.

    Memory is on for everybody in Open WebUI, so only who switched it off has a setting for it.

    Args:
        user: the document.
        models: answers which model stands for which.
        default_model: the model of the preset that new conversations began with.
        taken: ids of models that are somebody else's, whom nobody here ever chose.
    """
    found: JsonDict = {}
    if user.personalization.get("memories") is False:
        found["memory"] = False
    pinned = [one for one in pinned_models(user, models) if one not in taken]
    if pinned:
        found["pinnedModels"] = pinned
    if default_model is not None and default_model not in taken:
        found["models"] = [default_model]
    return {"ui": found} if found else {}


def pinned_models(user: User, models: ModelMapper) -> list[str]:
    """The models that stand for a person's favourites, in their order."""
    places = {key: place for place, key in enumerate(user.pinned_order)}
    chosen: dict[str, int] = {}
    for favourite in user.favorites[:MAX_PINNED]:
        agent, model = _text(favourite, "agentId"), _text(favourite, "model")
        endpoint = _text(favourite, "endpoint")
        if agent:
            own, keys = models.agent_model(agent), [f"agent:{agent}"]
        elif model:
            own = models.chat_model(endpoint, model, None)
            keys = [
                f"model:{name}" for name in (f"{endpoint}:{model}", f"{endpoint}/{model}", model)
            ]
        else:
            continue
        place = next((places[key] for key in keys if key in places), len(places))
        chosen.setdefault(own, place)
    return sorted(chosen, key=chosen.__getitem__)


def without_counterpart(user: User) -> int:
    """How many favourites there is no model for: presets of the server (``modelSpecs``)."""
    return sum(not (_text(one, "agentId") or _text(one, "model")) for one in user.favorites)


def _text(favourite: Any, name: str) -> str:  # noqa: ANN401 - whatever a document holds
    value = favourite.get(name) if isinstance(favourite, dict) else None
    return single_line(value, limit=MAX_MODEL_ID) if isinstance(value, str) else ""

"""Assistants of OpenAI and Azure as workspace models of the people who made them.

LibreChat keeps next to nothing of them (0.7 to 0.8): whose they are, a picture, conversation
starters, files, APIs. The rest is at OpenAI or Azure, and people enter it in the model.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.library.agents import convert_agent
from migrator_core.convert.model_mapping import ModelMapper
from migrator_core.convert.result import Converted, Skipped, notice
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.assistant import Assistant, AssistantUse
from migrator_core.librechat.documents.base import parse
from migrator_core.outcome import WarningCode
from migrator_core.rows import ModelRow

_AZURE = "azureassistants"
_DESCRIPTION = (
    "An assistant that was used in LibreChat. Its name, instructions and tools are kept by "
    "{where}: enter them here."
)
_MOST = 10_000
"""Different assistants and models that are counted: nobody has more."""


@dataclass(slots=True)
class Uses:
    """How often conversations had an assistant answer by which model, and at which endpoint."""

    _models: dict[str, Counter[str]] = field(default_factory=dict)
    _azure: set[str] = field(default_factory=set)

    def count(self, use: AssistantUse) -> None:
        """Count one conversation."""
        if not use.assistant_id or (use.assistant_id not in self._models and self._is_full):
            return
        models = self._models.setdefault(use.assistant_id, Counter())
        model = single_line(use.model, limit=256)
        if model and model != use.assistant_id and (model in models or len(models) < _MOST):
            models[model] += 1
        if (use.endpoint or "").lower() == _AZURE:
            self._azure.add(use.assistant_id)

    @property
    def _is_full(self) -> bool:
        return len(self._models) >= _MOST

    def of(self, assistant_id: str) -> tuple[str, str | None]:
        """The provider of an assistant, and the model that it mostly answered by."""
        provider = "azureOpenAI" if assistant_id in self._azure else "openAI"
        models = self._models.get(assistant_id, Counter())
        # The same one in every run, also where two were used as often.
        return provider, max(sorted(models), key=models.__getitem__, default=None)


def agent_of(assistant: Assistant, uses: Uses) -> Agent:
    """The assistant as an agent, so that what both have becomes the same."""
    agent = parse(Agent, assistant.as_agent(*uses.of(assistant.id)))
    # Dates are milliseconds by now, and early ones would be read as seconds.
    dates = {"created_at": assistant.created_at, "updated_at": assistant.updated_at}
    return agent.model_copy(update=dates)


def convert_assistant(
    agent: Agent,
    *,
    model_id: str,
    owner_id: str,
    models: ModelMapper,
    avatar: str | None,
    fallback: int,
) -> Converted[ModelRow] | Skipped:
    """The workspace model for an assistant, for its owner alone.

    Args:
        agent: the assistant as an agent.
        model_id: the id that it gets.
        owner_id: the account that receives it.
        models: answers which base model it is built on.
        avatar: the picture as a ``data:`` URI, None where the backup has none.
        fallback: the run's start in seconds, for dates that are missing.
    """
    where = "Azure" if agent.provider == "azureOpenAI" else "OpenAI"
    described = agent.model_copy(update={"description": _DESCRIPTION.format(where=where)})
    converted = convert_agent(
        described,
        owner_id=owner_id,
        models=models,
        avatar=avatar,
        grants=(),
        fallback=fallback,
        target_id=model_id,
    )
    if isinstance(converted, Skipped):
        return converted
    detail = f"assistant {single_line(agent.id, limit=100)}: kept by {where}"
    told = notice(WarningCode.ASSISTANT_INCOMPLETE, detail)
    return replace(converted, notices=(told, *converted.notices))

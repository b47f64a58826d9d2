"""Which ids agents and assistants get as models: people can choose ids, and have theirs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from migrator_core.convert.ids import another_model_id, assistant_model_id, model_id
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.assistant import Assistant
from migrator_core.openwebui import Ledger, ModelOwner, OpenWebUI
from migrator_core.outcome import Notice, WarningCode
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import Accounts, Models

TRIES = 8
"""So many ids are tried before somebody else's is in the way for good."""


class ModelIdsPhase(Phase):
    """Whoever may make models in Open WebUI could make one under the id of an agent beforehand.

    A model is ours if the ledger says so, or if it names the agent and belongs to its owner. For
    an agent whose id is another model's there is another id, the same in every run.
    """

    name = "model ids"
    label = "Ids of models"
    needs = (Accounts,)
    leaves = Models

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._agents: dict[str, str | None] = {}
        self._renamed: dict[str, str] = {}
        self._built_on: dict[str, str] = {}
        self._assistants: dict[tuple[str, str], str] = {}
        self._taken: list[tuple[str, str]] = []

    def read_ahead(self, advance: Callable[[int], None]) -> None:  # noqa: ARG002 - see Phase
        """The agents and assistants, and whose each one is."""
        for agent in self._inputs.readable("agents", Agent):
            self._agents.setdefault(agent.id, self.earlier(Accounts).of(agent.author))
        for assistant in self._inputs.readable("assistants", Assistant):
            if self.earlier(Accounts).of(assistant.user) is not None:
                self._assistants[assistant.user or "", assistant.id] = ""

    async def ask(self, target: OpenWebUI) -> None:
        """Whose the models with these ids are."""
        wanted = {own for agent in self._agents for own in _candidates(agent)}
        wanted |= {own for one in self._assistants for own in _candidates_for(*one)}
        there = await target.inventory.model_owners(sorted(wanted))
        made = await Ledger(target).made("model", sorted(wanted))
        self._built_on = {own: there[own].base_model_id or "" for own in made & there.keys()}
        for agent, owner in self._agents.items():
            own = model_id(agent)
            chosen = free_model_id(_candidates(agent), agent, owner, there, made)
            if chosen != own:
                self._renamed[own] = chosen
        for user, assistant in self._assistants:
            owner = self.earlier(Accounts).of(user)
            candidates = _candidates_for(user, assistant)
            chosen = free_model_id(candidates, assistant, owner, there, made)
            self._assistants[user, assistant] = chosen
            if chosen != candidates[0]:
                self._taken.append((candidates[0], chosen))

    def advice(self) -> Iterable[Notice]:
        """One warning a model with another id."""
        return map(taken_notice, sorted([*self._renamed.items(), *self._taken]))

    def result(self) -> Models:
        """The models that stand for LibreChat's, agents and assistants among them."""
        mapper = self._inputs.models
        return Models(mapper.with_agents(self._renamed, self._built_on, self._assistants))


def taken_notice(ids: tuple[str, str]) -> Notice:
    """The warning about a model that should have had the first id, and has the second."""
    own, other = ids
    text = f"model {own}: the id is taken by a model of somebody else; ours is {other}"
    return Notice(WarningCode.ID_TAKEN, text)


def free_model_id(
    candidates: Sequence[str],
    source: str,
    owner: str | None,
    there: Mapping[str, ModelOwner],
    made: Collection[str],
) -> str:
    """The id for what came from ``source``: its own, unless that is somebody else's.

    ``candidates`` begin with its own; ``there`` are the models that have one of them, ``made``
    those of them that the ledger knows as ours.
    """
    known = next((one for one in candidates if one in made), None)
    if known is not None:
        return known
    free = (one for one in candidates if not _is_strangers(one, source, owner, there))
    return next(free, candidates[-1])


def _candidates(agent_id: str) -> list[str]:
    others = (another_model_id(agent_id, number) for number in range(1, TRIES))
    return [model_id(agent_id), *others]


def _candidates_for(user: str, assistant: str) -> list[str]:
    return [assistant_model_id(user, assistant, number) for number in range(TRIES)]


def _is_strangers(
    model: str, agent: str, owner: str | None, there: Mapping[str, ModelOwner]
) -> bool:
    found = there.get(model)
    return found is not None and (found.user_id != owner or found.agent_id != agent)

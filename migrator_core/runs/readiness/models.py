"""The models that chats and agents name: whether people can go on with them here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from migrator_core.convert.model_mapping import SAVED_AGENT, ModelMapper
from migrator_core.convert.model_suggestions import suggested_map
from migrator_core.errors import MigratorError
from migrator_core.librechat import Backup
from migrator_core.librechat.documents.agent import Agent
from migrator_core.librechat.documents.conversation import Conversation
from migrator_core.models_in_use import HEADINGS, ModelsInUse, ModelState, listed
from migrator_core.openwebui import ConnectedModels
from migrator_core.runs.asking_models import ask_for_models
from migrator_core.runs.readiness.findings import Findings

_READ_AT_MOST = 200 * 1024 * 1024
"""Bytes of conversations that are looked through: a check is to answer in seconds."""

Name: TypeAlias = tuple[str, str]
"""LibreChat's endpoint (or an agent's provider) and model."""


@dataclass(slots=True)
class _Named:
    """How often a model is named, and by whom: LibreChat's ids of people."""

    chats: int = 0
    agents: int = 0
    people: set[str] = field(default_factory=set)

    def add(self, other: _Named) -> None:
        self.chats += other.chats
        self.agents += other.agents
        self.people |= other.people


class NamedModels:
    """Counts the chats, agents and people that name each model."""

    def __init__(self) -> None:
        """Before anything is read."""
        self._by_name: defaultdict[Name, _Named] = defaultdict(_Named)
        self._agents: dict[str, Name] = {}
        self._chats_of_agents: defaultdict[str, _Named] = defaultdict(_Named)

    def read(self, backup: Backup) -> None:
        """Look at every agent and, where that is quick, every conversation."""
        for agent in backup.usable("agents", Agent):
            name = (agent.provider or "", agent.model or "")
            self._agents[agent.id] = name
            self._by_name[name].add(_Named(agents=1, people={agent.author or ""}))
        if backup.size("conversations") > _READ_AT_MOST:
            return
        unmapped = ModelMapper({}, "", frozenset())
        for one in backup.usable("conversations", Conversation):
            saved = one.agent_id or one.model or ""
            use = _Named(chats=1, people={one.user or ""})
            if saved.startswith(SAVED_AGENT):
                self._chats_of_agents[saved].add(use)
            else:
                name = (one.endpoint or "", unmapped.chat_model(None, one.model, one.agent_id))
                self._by_name[name].add(use)

    async def say(self, found: Findings) -> None:
        """Which of them people cannot use yet."""
        if found.target is None or not (self._by_name or self._chats_of_agents):
            return
        try:
            mapper, connected = await ask_for_models(found.target, found.settings)
        except MigratorError as error:
            found.problems.append(str(error))
            return
        used = dict(self._used(mapper))
        access = await found.target.inventory.model_access(list(used))
        known = connected.known()
        states = []
        for model, use in used.items():
            # Who has no account yet may use what everybody may.
            people = {found.accounts.get(person, f"new {person}") for person in use.people}
            state = known.state(model, people, access.get(model))
            states.append(replace(state, chats=use.chats, agents=use.agents))
        states.sort(key=lambda model: (-model.chats - model.agents, model.id))
        models = ModelsInUse(states, connected.told_by, open_to_all=connected.open_to_all)
        _tell(models, found)
        found.model_map = self._suggested(mapper, connected, models, found.settings.model_map)

    def _used(self, mapper: ModelMapper) -> Iterator[tuple[str, _Named]]:
        """What is used of each model; talking to an agent uses what it is built on."""
        together: defaultdict[str, _Named] = defaultdict(_Named)
        for name, use in self._by_name.items():
            if use.agents:
                base = mapper.base_model(*name).id
                together[base].agents += use.agents
                together[base].people |= use.people
            if use.chats:
                together[mapper.chat_model(*name, None)].add(replace(use, agents=0))
        for agent, use in self._chats_of_agents.items():
            own, known = mapper.chat_model("agents", agent, agent), self._agents.get(agent)
            together[own if known is None else mapper.base_model(*known).id].add(use)
        yield from together.items()

    def _suggested(
        self,
        mapper: ModelMapper,
        connected: ConnectedModels,
        models: ModelsInUse,
        given: Mapping[str, str],
    ) -> Mapping[str, str]:
        """A model map for all names that lead to nothing here, and what is in the map already."""
        missing = {model.id for model in models.of(ModelState.MISSING, ModelState.UNKNOWN)}
        names: Counter[str] = Counter()
        for (endpoint, model), use in self._by_name.items():
            leads_to = {mapper.chat_model(endpoint, model, None)} if use.chats else set()
            if use.agents:
                leads_to.add(mapper.base_model(endpoint, model).id)
            defaulted = use.agents and model not in leads_to and model not in given
            if model and (leads_to & missing or defaulted):
                names[model] += use.chats + use.agents
        unknown = [name for name, _ in names.most_common() if name not in given]
        guessed = suggested_map(unknown, connected.names)
        return {**given, **guessed} if guessed else {}


def _tell(models: ModelsInUse, found: Findings) -> None:
    found.facts.append(models.how_it_is_known())
    if ready := models.of(ModelState.READY):
        found.facts.append(f"{HEADINGS[ModelState.READY]}: {listed(ready)}.")
    remedies = {
        ModelState.SOME: _SHARE,
        ModelState.ADMINS: _SHARE,
        ModelState.UNKNOWN: _CONNECT,
        ModelState.MISSING: _CONNECT,
    }
    for state, remedy in remedies.items():
        if some := models.of(state):
            found.warnings.append(f"{HEADINGS[state]}: {listed(some)}. {remedy}")


_SHARE = (
    "People can read those chats, and go on with them once the model is shared with them: by hand, "
    "or by a run that shares base models."
)
_CONNECT = (
    "People can read those chats, and go on with them once a model of that id is connected and "
    "shared with them, or once the model map leads to another."
)

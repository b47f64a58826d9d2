"""Which Open WebUI model stands for a LibreChat endpoint and model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from migrator_core.convert.cleaning import single_line
from migrator_core.convert.ids import MAX_MODEL_ID, assistant_model_id, model_id

SAVED_AGENT = "agent_"
"""What ids of saved agents begin with; ephemeral ones never do (``librechat-data-provider``)."""

OTHER_BUILT_INS = frozenset(
    {
        "agents",
        "anthropic",
        "assistants",
        "azure",
        "azureassistants",
        "azureopenai",
        "bedrock",
        "bingai",
        "chatgpt",
        "chatgptbrowser",
        "google",
        "gptplugins",
        "vertexai",
    }
)
"""LibreChat's own endpoints except ``openAI``, in lower case (``EModelEndpoint`` in
``librechat-data-provider`` 0.8, older releases and ``Providers`` of ``@librechat/agents``).
Any other name is a custom endpoint's."""

_MOST_SHOWN = 1000
_COPY_SUFFIX = re.compile(r"____\d+$")


class BaseModelRule(StrEnum):
    """Why an agent got its base model."""

    MODEL_MAP = "model-map"
    KNOWN_MODEL = "known-model"
    SAME_ID = "same-id"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class BaseModelChoice:
    """A base model's id in Open WebUI and the rule that chose it."""

    id: str
    rule: BaseModelRule


@dataclass(frozen=True, slots=True)
class EphemeralAgent:
    """What LibreChat packs into the id of an agent that exists for one chat only."""

    endpoint: str
    model: str | None
    label: str | None = None


class ModelMapper:
    """Answers for one run, from the operator's model map.

    Args:
        mapping: ``endpoint/model`` (any letter case in the endpoint) or just ``model`` → a model id
            of Open WebUI. The entry with the endpoint wins. ``agents/agent_…`` or ``agent_…``
            redirects the chats of one agent.
        default: the id for what nothing else fits.
        known: the model ids that Open WebUI has.
        renamed: the ids of agents whose own id is somebody else's, by that id.
        built_on: what the models of agents that are there already are built on, by their ids.
        assistants: the models of assistants, by who made them and their id.
    """

    def __init__(
        self,
        mapping: Mapping[str, str],
        default: str,
        known: frozenset[str],
        renamed: Mapping[str, str] | None = None,
        built_on: Mapping[str, str] | None = None,
        assistants: Mapping[tuple[str, str], str] | None = None,
    ) -> None:
        self._assistants = assistants or {}
        self._default = default
        self._mapping = mapping
        self._renamed = renamed or {}
        self._built_on = built_on or {}
        self._known = known
        self._shown: dict[tuple[str | None, str | None, str | None], str] = {}
        self._by_model = dict(mapping)
        # Model names and endpoint names may both hold slashes, so every cut is a possible key.
        self._by_endpoint = {
            (key[: slash.start()].strip().lower(), key[slash.end() :].strip()): target
            for key, target in mapping.items()
            for slash in re.finditer("/", key)
        }

    @property
    def renamed(self) -> Mapping[str, str]:
        """The ids of agents whose own id is somebody else's, by that id."""
        return self._renamed

    @property
    def default(self) -> str:
        """The id for what nothing else fits."""
        return self._default

    def with_agents(
        self,
        renamed: Mapping[str, str],
        built_on: Mapping[str, str] | None = None,
        assistants: Mapping[tuple[str, str], str] | None = None,
    ) -> ModelMapper:
        """The same answers, with other ids for some agents, and what those here are built on."""
        own = self._assistants if assistants is None else assistants
        return ModelMapper(self._mapping, self._default, self._known, renamed, built_on, own)

    def also_built_on(self, more: Mapping[str, str]) -> ModelMapper:
        """The same answers, where further models that are there are built on these."""
        return self.with_agents(self._renamed, {**self._built_on, **more})

    @property
    def assistants(self) -> Mapping[tuple[str, str], str]:
        """The models of assistants, by who made them and their id."""
        return self._assistants

    def agent_model(self, agent_id: str) -> str:
        """The id of the model that a saved agent becomes."""
        own = model_id(agent_id)
        return self._renamed.get(own, own)

    def assistant_model(self, user: str | None, assistant_id: str) -> str:
        """The id of the model that an assistant becomes."""
        own = self._assistants.get((user or "", assistant_id))
        return own or assistant_model_id(user or "", assistant_id)

    def own_assistant(self, user: str | None, name: str | None) -> str | None:
        """The model to show where a person's own assistant answered; None for anything else.

        Other people's assistants are not theirs to use in Open WebUI: for these the model counts
        that answered.
        """
        own = self._assistants.get((user or "", _label(name)))
        return own and (self._mapped("assistants", _label(name)) or own)

    def chat_model(self, endpoint: str | None, model: str | None, agent_id: str | None) -> str:
        """The model id to show at a message or chat; never empty.

        A saved agent becomes its workspace model. A model without an entry in the map keeps
        LibreChat's name, which stays readable even where Open WebUI has no such model.
        """
        asked = (endpoint, model, agent_id)
        known = self._shown.get(asked)
        if known is None:
            if len(self._shown) >= _MOST_SHOWN:  # nobody uses so many
                self._shown.clear()
            known = self._shown[asked] = self._chat_model(endpoint, model, agent_id)
        return known

    def _chat_model(self, endpoint: str | None, model: str | None, agent_id: str | None) -> str:
        place, name, agent = _label(endpoint), _label(model), _label(agent_id)
        saved = next((part for part in (agent, name) if part.startswith(SAVED_AGENT)), None)
        if saved is not None:
            saved = _COPY_SUFFIX.sub("", saved)  # marks the second of two parallel answers
            return self._mapped("agents", saved) or self.agent_model(saved)
        # A model may be called "a__b"; only a label or copy number proves that an id is packed.
        packed = parse_ephemeral(agent) or (parse_ephemeral(name) if "___" in name else None)
        if packed is not None:
            place, name = packed.endpoint, packed.model or name
        return self._mapped(place, name) or name or place or self._default

    def base_model(
        self, provider: str | None, model: str | None, own_id: str = ""
    ) -> BaseModelChoice:
        """The model that a workspace model made from an agent is built on.

        ``own_id`` is the workspace model's. A model that Open WebUI knew when it was made is not
        given up because the provider does not answer today.
        """
        place, name = _label(provider), _label(model)
        mapped = self._mapped(place, name)
        if mapped:
            return BaseModelChoice(mapped, BaseModelRule.MODEL_MAP)
        usable = name and not name.startswith(SAVED_AGENT)
        if usable and place and place.lower() not in OTHER_BUILT_INS:
            return BaseModelChoice(name, BaseModelRule.SAME_ID)
        kept = name != self._default and name == self._built_on.get(own_id)
        if usable and (kept or name in self._known):
            return BaseModelChoice(name, BaseModelRule.KNOWN_MODEL)
        return BaseModelChoice(self._default, BaseModelRule.DEFAULT)

    def _mapped(self, endpoint: str, model: str) -> str | None:
        if not model:
            return None
        return self._by_endpoint.get((endpoint.lower(), model)) or self._by_model.get(model)


def parse_ephemeral(agent_id: str | None) -> EphemeralAgent | None:
    """Read ``endpoint__model___Label____1``; label and copy number may be missing.

    A colon in endpoint or model was written as two underscores as well (``llama3:8b``), so the
    first pair ends the endpoint and the others become colons again (``parseEphemeralAgentId`` in
    ``librechat-data-provider`` 0.8). None for a saved agent's id and for a plain model name.
    """
    if not agent_id or agent_id.startswith(SAVED_AGENT) or "__" not in agent_id:
        return None
    base, _, label = _COPY_SUFFIX.sub("", agent_id).partition("___")
    endpoint, separator, model = base.partition("__")
    if not endpoint:
        return None
    return EphemeralAgent(
        endpoint,
        model.replace("__", ":") if separator and model else None,
        label.replace("__", ":") or None,
    )


def _label(text: str | None) -> str:
    return single_line(text, limit=MAX_MODEL_ID)

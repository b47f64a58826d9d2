"""The models that chats and agents name: whether people can go on with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from migrator_core.models_in_use import (
    ModelInUse,
    ModelsInUse,
    ModelState,
    Reading,
    listed,
)
from migrator_core.openwebui import OpenWebUI
from migrator_core.outcome import Notice, WarningCode
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import SharedModels
from migrator_core.runs.steps import Step
from migrator_core.runs.used_models import Use

_LISTED = 200
"""So many are looked at; a hostile backup may name as many as it has chats."""


class ModelsInUsePhase(Phase):
    """Every chat and agent names a model; people can go on where they may use it."""

    name = "models in use"
    label = "Models in use"
    needs = (SharedModels,)

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._used = inputs.scratch.used_models()
        self._connected = inputs.connected.known()
        self._uses: list[Use] = []
        self._access: Mapping[str, Reading] = {}
        self._in_use = ModelsInUse()

    async def ask(self, target: OpenWebUI) -> None:
        """Who may use which model."""
        self._uses = self._used.most_used(_LISTED)
        self._access = await target.inventory.model_access([use.model for use in self._uses])

    def steps(self) -> Iterator[Step]:
        """How every model is."""
        found = [replace(self._state(u.model), chats=u.chats, agents=u.agents) for u in self._uses]
        self._in_use = ModelsInUse(
            found,
            self._inputs.connected.told_by,
            self._used.count() - len(self._uses),
            self._connected.open_to_all,
        )
        yield self._in_use

    def advice(self) -> Iterable[Notice]:
        """What an administrator has to do before people can go on; said of what is new."""
        if not self._inputs.brings_anything:
            return
        if missing := self._in_use.of(ModelState.MISSING):
            text = (
                f"{listed(missing)}. Connect these models, or lead their names to others with the "
                "model map; check --suggest-model-map makes one."
            )
            yield Notice(WarningCode.MODEL_NOT_CONNECTED, text)
        if closed := self._in_use.of(ModelState.ADMINS, ModelState.SOME):
            text = (
                f"{listed(closed)}. Share these models in Admin Panel → Settings → Models with the "
                "people who are to use them, or run again with --share-base-models."
            )
            yield Notice(WarningCode.BASE_MODEL_ACCESS, text)

    def _state(self, model: str) -> ModelInUse:
        people = set(self._used.people(model))
        access = self._access.get(model)
        if model in self.earlier(SharedModels).ids:  # a preview has written nothing
            own = access or Reading()
            access = replace(own, accounts={*own.accounts, *people})
        return self._connected.state(model, people, access)

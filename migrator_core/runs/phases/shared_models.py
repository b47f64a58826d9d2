"""Connected models that are shared with the people who used them, where that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from migrator_core.access_row import SHARED_MODELS, AccessRow
from migrator_core.convert.library.base_models import model_access, model_group, shared_model
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.models_in_use import Reading
from migrator_core.openwebui import Ledger, ModelOwner, OpenWebUI, Written
from migrator_core.rows import GroupRow, ModelRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import Ids, SharedModels
from migrator_core.runs.steps import Found, Step, Write, taken


class SharedModelsPhase(Phase):
    """Whom a connected model has answered may use it, with ``share_base_models``, and nobody else.

    The people are a group, and the group may read the model. What only names a model (a preset, an
    agent without a chat), or has it as a stand-in for another one, makes it nobody's. Nothing is
    taken back where somebody deletes the chats: they had the model.
    """

    name = "shared models"
    label = "Models shared with who used them"
    needs = (Ids,)
    leaves = SharedModels

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._used = inputs.scratch.used_models()
        self._access: Mapping[str, Reading] = {}
        self._rows: Mapping[str, ModelOwner] = {}
        self._made: set[str] = set()
        self._admin = ""
        self._shared: set[str] = set()

    async def ask(self, target: OpenWebUI) -> None:
        """Which of the connected models have settings here, and who may use them."""
        connected = sorted(self._inputs.connected.names)
        self._access = await target.inventory.model_access(connected)
        self._rows = await target.inventory.model_owners(connected)
        self._made = await Ledger(target).made("model", sorted(self._rows))
        self._admin = (await target.inventory.first_admin()).id

    def steps(self) -> Iterator[Step]:
        """A group and a permission for each model that people used."""
        connected = self._inputs.connected
        if not self._inputs.settings.share_base_models or connected.open_to_all:
            return
        for model in sorted(connected.names):
            access = self._access.get(model, Reading())
            if access.everybody or access.is_workspace:
                continue
            people = list(self._used.answered(model))
            if people:
                yield from self._share(model, people)

    def result(self) -> SharedModels:
        """The models that were shared."""
        return SharedModels(frozenset(self._shared))

    def _share(self, model: str, people: list[str]) -> Iterator[Step]:
        group = model_group(model, people, self._inputs.started)
        own = self.earlier(Ids).free.of("group", group.id, None, model)
        yield from _written(Write(_item(model, replace(group, id=own))))
        yield from _written(Write(_item(model, self._row(model, own)), then=self._note))

    def _row(self, model: str, group: str) -> ModelRow | AccessRow:
        there, now = self._rows.get(model), self._inputs.started
        if there is not None and model not in self._made:
            return model_access(model, group, now)
        owner = there.user_id if there else self._admin
        name = there.name if there else self._inputs.connected.names[model]
        return shared_model(model, name, owner, group, now)

    def _note(self, written: Written) -> None:
        if written.is_there:
            self._shared.add(written.item.source_id)


def _item(model: str, row: GroupRow | ModelRow | AccessRow) -> Item:
    # Whoever deleted their chats had the model all the same.
    return Item(SHARED_MODELS, model, row, fingerprint(row), partial=True)


def _written(write: Write) -> Iterator[Step]:
    yield Found(SHARED_MODELS)
    yield from taken(write)
    yield write

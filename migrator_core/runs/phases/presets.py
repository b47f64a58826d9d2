"""Presets as workspace models of the people who saved them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from migrator_core.convert.ids import preset_model_id
from migrator_core.convert.library.presets import convert_preset
from migrator_core.convert.result import Skipped
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.preset import Preset
from migrator_core.openwebui import Ledger, OpenWebUI, Written
from migrator_core.outcome import Notice, Reason
from migrator_core.rows import ModelRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.model_ids import TRIES, free_model_id, taken_notice
from migrator_core.runs.results import Accounts, Models
from migrator_core.runs.steps import Step, Write, skipped
from migrator_core.selection import Part


class PresetsPhase(Phase):
    """``presets``."""

    name = "presets"
    label = "Presets as models"
    collections = frozenset({"presets"})
    part = Part.PRESETS
    needs = (Accounts, Models)

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._ids: dict[tuple[str, str], str] = {}
        self._used = inputs.scratch.used_models()
        self._models = self.earlier(Models).mapper
        self._taken: list[tuple[str, str]] = []

    def read_ahead(self, advance: Callable[[int], None]) -> None:  # noqa: ARG002 - see Phase
        """Whose presets there are."""
        for preset in self._inputs.readable("presets", Preset):
            if self.earlier(Accounts).of(preset.user) is not None:
                self._ids[preset.user or "", preset.name] = ""

    async def ask(self, target: OpenWebUI) -> None:
        """Their ids, of which somebody else may have one."""
        wanted = {own for one in self._ids for own in _candidates(*one)}
        there = await target.inventory.model_owners(sorted(wanted))
        made = await Ledger(target).made("model", sorted(wanted))
        self._models = self._models.also_built_on(
            {own: there[own].base_model_id or "" for own in made & there.keys()}
        )
        for user, preset in self._ids:
            candidates = _candidates(user, preset)
            owner = self.earlier(Accounts).of(user)
            chosen = free_model_id(candidates, preset, owner, there, made)
            self._ids[user, preset] = chosen
            if chosen != candidates[0]:
                self._taken.append((candidates[0], chosen))

    def steps(self) -> Iterator[Step]:
        """One step a preset."""
        return self._inputs.each("presets", Preset, self._convert)

    def advice(self) -> Iterable[Notice]:
        """Ids that were taken."""
        return map(taken_notice, sorted(self._taken))

    def _convert(self, document: Document, preset: Preset) -> Iterator[Step]:
        accounts = self.earlier(Accounts)
        owner = accounts.of(preset.user)
        if not self.is_selected or accounts.leaves_out(preset.user):
            yield skipped(document, Reason.NOT_SELECTED)
        elif owner is None:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED)
        elif self._inputs.connected.open_to_all:
            yield skipped(document, Reason.NOT_PRIVATE)
        elif not self._inputs.scratch.first_time("preset", preset.user or "", preset.name):
            yield skipped(document, Reason.DUPLICATE)
        else:
            converted = convert_preset(
                preset,
                model_id=self._ids[preset.user or "", preset.name],
                owner_id=owner,
                models=self._models,
                fallback=self._inputs.started,
            )
            if isinstance(converted, Skipped):
                yield skipped(document, converted.reason, converted.detail)
                return
            row = converted.row
            yield Write(
                Item(document.collection, preset.id, row, fingerprint(row)),
                converted.notices,
                weight=1000 + 2 * len(str(row.params)),
                then=self._remember,
            )

    def _remember(self, written: Written) -> None:
        self._inputs.arrived(written)
        row = written.item.row
        if written.is_there and isinstance(row, ModelRow):
            self._used.note_model(row)


def _candidates(user: str, preset: str) -> list[str]:
    return [preset_model_id(user, preset, number) for number in range(TRIES)]

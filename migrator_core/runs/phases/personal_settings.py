"""What the people of a backup chose for themselves, for the accounts that a run makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from migrator_core.convert.ids import preset_model_id
from migrator_core.convert.people.personal_settings import (
    personal_settings,
    pinned_models,
    without_counterpart,
)
from migrator_core.convert.result import notice
from migrator_core.librechat.documents.preset import Preset
from migrator_core.librechat.documents.user import User
from migrator_core.openwebui import Ledger, OpenWebUI
from migrator_core.outcome import Notice, WarningCode
from migrator_core.rows import UserRow
from migrator_core.runs.inputs import Inputs

_OURS = ("agent-", "preset-")
"""How ids of models begin that only a run gives."""


class PersonalSettings:
    """Reads presets and favourites ahead, and asks which of their models are somebody else's."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._defaults: dict[str, str] = {}
        self._wanted: set[str] = set()
        self._taken: frozenset[str] = frozenset()

    def read_ahead(self) -> None:
        """The presets that new conversations began with, and everybody's favourites."""
        for preset in self._inputs.readable("presets", Preset):
            if preset.default_preset and preset.user and not preset.chooses:
                own = preset_model_id(preset.user, preset.name)
                self._defaults.setdefault(preset.user, own)
        self._wanted = set(self._defaults.values())
        for user in self._inputs.readable("users", User):
            pinned = pinned_models(user, self._inputs.models)
            self._wanted |= {one for one in pinned if one.startswith(_OURS)}

    async def ask(self, target: OpenWebUI) -> None:
        """Which of them somebody else has: nobody chose those."""
        wanted = sorted(self._wanted)
        there = await target.inventory.model_owners(wanted)
        self._taken = frozenset(there) - await Ledger(target).made("model", wanted)

    def given(self, user: User, row: UserRow) -> UserRow:
        """The account with what its owner chose."""
        default = self._defaults.get(user.id)
        chosen = personal_settings(user, self._inputs.models, default, self._taken)
        return replace(row, settings=chosen)

    def notices(self, user: User) -> Iterator[Notice]:
        """What has no counterpart."""
        lost = without_counterpart(user)
        if lost:
            text = f"{user.email}: favourites that are no model or agent: {lost}"
            yield notice(WarningCode.SETTING_DROPPED, text)

"""Open WebUI as it was before we came: what phases ask before they convert.

A fresh conversion must meet the same commands, folder names and models as the one before it, not
those that it brought itself or that people gave to what it brought.
"""

from __future__ import annotations

import copy

from migrator_core.openwebui.connection import OpenWebUI
from migrator_core.openwebui.inventory import Inventory
from migrator_core.openwebui.verifying.memory import Memory


class _Before(Inventory):
    """An inventory without the rows that runs made."""

    def __init__(self, target: OpenWebUI, memory: Memory) -> None:
        super().__init__(target.database, target.schema)
        self._memory = memory

    async def model_ids(self) -> frozenset[str]:
        known = await super().model_ids()
        return known - await self._memory.made("model", sorted(known))

    async def prompt_commands(self) -> dict[str, str]:
        taken = await super().prompt_commands()
        made = await self._memory.made("prompt", sorted(taken.values()))
        return {command: prompt for command, prompt in taken.items() if prompt not in made}

    async def skill_names(self) -> dict[str, str]:
        taken = await super().skill_names()
        made = await self._memory.made("skill", sorted(taken.values()))
        return {name: skill for name, skill in taken.items() if skill not in made}

    async def folders(self) -> list[tuple[str, str, str]]:
        present = await super().folders()
        made = await self._memory.made("folder", [folder for folder, _, _ in present])
        return [one for one in present if one[0] not in made]


def before_us(target: OpenWebUI, memory: Memory) -> OpenWebUI:
    """The same connection, with what runs made left out of its inventory."""
    other = copy.copy(target)
    other.inventory = _Before(target, memory)
    return other

"""What of an account's settings a run writes: each of them by itself, the rest is the person's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migrator_core.openwebui.contents.columns import Thing
from migrator_core.openwebui.contents.digests import digest

OURS = ("memory", "pinnedModels", "models")
"""Under ``ui`` (Open WebUI 0.10 to 0.12, the page's ``settings``)."""


@dataclass(frozen=True, slots=True)
class SettingThing(Thing):
    """One setting, by the last part of its name; there is none unless somebody has set it."""

    @property
    def key(self) -> str:
        """Its name under ``ui``."""
        return self.name.rpartition("/")[2]

    def digest(self, values: Mapping[str, Any]) -> str | None:
        """Of its value, None where it is not set."""
        ui = _ui(values)
        return digest([ui[self.key]]) if self.key in ui else None

    def changed(
        self, ours: Mapping[str, Any], there: Mapping[str, Any], so_far: Mapping[str, object]
    ) -> dict[str, object]:
        """Our value among the person's own settings."""
        settings: Any = so_far.get("settings", there.get("settings")) or {}
        ui = dict(_ui({"settings": settings}))
        ui.pop(self.key, None)
        if self.key in _ui(ours):
            ui[self.key] = _ui(ours)[self.key]
        return {"settings": {**settings, "ui": ui}}


def setting_things() -> tuple[SettingThing, ...]:
    """All of them."""
    return tuple(SettingThing(f"setting/{name}", "user", ("settings",)) for name in OURS)


def rest_of_account(values: Mapping[str, Any]) -> list[object]:
    """What of an account's row only people change."""
    return [values.get("email") or None, values.get("role") or None, _others(values) or None]


def _ui(values: Mapping[str, Any]) -> Mapping[str, Any]:
    settings = values.get("settings")
    ui = settings.get("ui") if isinstance(settings, dict) else None
    return ui if isinstance(ui, dict) else {}


def _others(values: Mapping[str, Any]) -> object:
    settings = values.get("settings")
    if not isinstance(settings, dict):
        return settings
    ui = {name: value for name, value in _ui(values).items() if name not in OURS}
    rest = {name: value for name, value in settings.items() if name != "ui"}
    return {**rest, "ui": ui} if ui else rest

"""What a run will do where somebody could decide, and who decided it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from migrator_core.settings import Settings, extra
from owui_function.valves import DECIDING, Valves, decided


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that was decided: ``what`` becomes ``how``, ``because`` says who said so."""

    what: str
    how: str
    because: str


def decisions(valves: Valves, settings: Settings, environment: Mapping[str, str]) -> list[Decision]:
    """Every decision, in the order of the valves."""
    touched = decided(valves)
    found = []
    for name, (what, words) in DECIDING.items():
        variable = extra(Settings.model_fields[name])["env"]
        because = "nobody said otherwise"
        if name in touched:
            because = "the valve says so"
        elif environment.get(variable, "").strip():
            because = f"{variable} in the environment"
        how = words(getattr(settings, name))
        if how:
            found.append(Decision(what, how, because))
    return found

"""What a run will do where somebody could decide, and who decided it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from migrator_core.settings import Settings, extra
from owui_function.choices import decided
from owui_function.valves import Valves

_NAMED = 3
"""So many models or people are named; the dialog that asks cannot be scrolled."""


def _renamed(names: Mapping[str, str]) -> str:
    return _some([f"{old} → {new}" for old, new in names.items()]) or "none"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


DECIDING: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "prefer_import_password": (
        "Passwords of people who have an account here",
        lambda on: "replaced by LibreChat's" if on else "kept",
    ),
    "existing_accounts": (
        "Accounts that are here already",
        lambda word: "receive nothing" if word == "skip" else "receive what the person had",
    ),
    "external_users": (
        "People who sign in elsewhere",
        lambda word: "get accounts without a password" if word == "link" else "",
    ),
    "editors": (
        "People who could edit, but not delete and share",
        lambda word: "write, delete and share" if word == "write" else "read",
    ),
    "tenant": ("Tenant", str),
    "default_model": ("Base model of agents whose own has no counterpart", str),
    "model_map": (
        "Models with another id here",
        _renamed,
    ),
    "index": (
        "Documents",
        lambda word: {"none": "their text is not read", "vectors": "indexed, too"}.get(word, ""),
    ),
    "share_base_models": (
        "Connected models",
        lambda on: "shared with the people who used them" if on else "",
    ),
    "include_temporary": (
        "Temporary conversations",
        lambda on: "migrated, too" if on else "left out",
    ),
    "librechat_urls": ("Links to LibreChat that lead here now: those to", _some),
    "only": ("Nothing is migrated but", ", ".join),
    "users": ("Nobody's things are migrated but those of", _some),
    "s3_bucket": ("Files in S3", lambda bucket: f"fetched from {bucket}" if bucket else ""),
    "azure_container": ("Files in Azure", lambda name: f"fetched from {name}" if name else ""),
    "since": (
        "Older conversations, files, prompts and agents that nobody changed are left out",
        lambda since: f"before {since:%Y-%m-%d %H:%M %Z}" if since else "",
    ),
}
"""What is shown before a run, by the name of the setting: what it is about, and what it means;
what means nothing is not shown."""


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

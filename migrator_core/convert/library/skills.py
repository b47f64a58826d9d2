"""LibreChat's skills as Open WebUI's."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from migrator_core.convert.cleaning import clean_json, clean_text, single_line
from migrator_core.convert.dates import row_dates
from migrator_core.convert.free_ids import DERIVED, FreeIds
from migrator_core.convert.ids import skill_id
from migrator_core.convert.result import Converted, Skipped, notice
from migrator_core.librechat.documents.skill import Skill, SkillFile
from migrator_core.outcome import Notice, Reason, WarningCode
from migrator_core.rows import Grant, JsonDict, SkillRow

MAX_NAME = 200
MAX_TAG = 100
MAX_FILE = 10 * 1024 * 1024
MAX_FILES = 1000
MAX_SKILL = 50 * 1024 * 1024
"""What Open WebUI itself takes (0.12, ``utils/skill_files.py``), in bytes."""

ROOT = "SKILL.md"
"""The path of what the skill itself says."""


class FreeNames:
    """Gives out names of skills, each one once: they are unique over a whole Open WebUI.

    Args:
        taken: the names that Open WebUI has, and the id of the skill that has each. A skill of an
            earlier run keeps the name that was made of the same wish.
    """

    def __init__(self, taken: Mapping[str, str]) -> None:
        self._taken = {name.lower() for name in taken}
        self._next: dict[str, int] = {}  # by wish: no number is tried twice
        self._owned = {own: name for name, own in taken.items()}

    def take(self, own_id: str, wish: str) -> str:
        """The name for a skill that wishes for one."""
        owned = self._owned.get(own_id, "")
        stem, _, number = owned.rpartition(" ")
        if owned == wish or (stem == wish and number.strip("()").isdecimal()):
            return owned
        name, counter = wish, self._next.get(wish.lower(), 2)
        while name.lower() in self._taken:
            name = f"{wish} ({counter})"
            counter += 1
        self._next[wish.lower()] = counter
        self._taken.add(name.lower())
        return name


def own_id(skill: Skill, owner_id: str, ids: FreeIds = DERIVED) -> str:
    """The id of a skill's row."""
    return ids.of("skill", skill_id(skill.id), owner_id, clean_text(skill.id))


def wished_name(skill: Skill) -> str:
    """The name that the skill should have, not yet made unique: the one that people read."""
    names = (single_line(name, limit=MAX_NAME) for name in (skill.display_title, skill.name))
    return next((name for name in names if name), f"Skill {skill.id[:50]}")


def convert_skill(
    skill: Skill,
    files: Sequence[JsonDict],
    *,
    row_id: str,
    owner_id: str,
    name: str,
    grants: tuple[Grant, ...],
    fallback: int,
) -> Converted[SkillRow] | Skipped:
    """The skill with its files.

    Args:
        skill: the document.
        files: what :func:`skill_file` made of its files.
        row_id: its id.
        owner_id: the account that receives it.
        name: the free name that it gets.
        grants: who else may use it.
        fallback: the run's start in seconds, for dates that are missing.
    """
    content = clean_text(skill.body or "")
    if not content.strip():
        return Skipped(Reason.NO_TEXT)
    dates = row_dates(skill.created_at, skill.updated_at, skill.id, fallback)
    category = single_line(skill.category, limit=MAX_TAG)
    row = SkillRow(
        id=row_id,
        user_id=owner_id,
        name=name,
        description=single_line(skill.description, limit=2000),
        content=content,
        files=({"path": ROOT, "content": content}, *files),
        meta=clean_json({"tags": [category] if category else [], "librechat": _origin(skill)}),
        created_at=dates.created,
        updated_at=dates.updated,
        grants=grants,
    )
    return Converted(row, tuple(_notices(skill, name)))


def legal_path(file: SkillFile) -> str | None:
    """Where the file lies beside what the skill says; None for a place that Open WebUI refuses."""
    path = clean_text(file.relative_path or "").strip()
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or set(path) & set("\\:") or len(path) > 500:
        return None
    return None if parts[0] == ROOT or single_line(path, limit=500) != path else path


def skill_file(path: str, content: bytes) -> JsonDict:
    """One file as Open WebUI keeps it: as text where it is text."""
    try:
        text = content.decode()
        if "\x00" not in text:
            return {"path": path, "content": text}
    except UnicodeDecodeError:
        pass
    return {
        "path": path,
        "content": base64.b64encode(content).decode("ascii"),
        "encoding": "base64",
    }


def _origin(skill: Skill) -> JsonDict:
    facts: JsonDict = {"id": skill.id, "name": skill.name, "version": skill.version}
    return {key: value for key, value in facts.items() if value not in (None, "")}


def _notices(skill: Skill, name: str) -> list[Notice]:
    found = []
    if name != wished_name(skill):
        detail = f"skill {wished_name(skill)}: another skill has this name; it is now {name}"
        found.append(notice(WarningCode.NAME_CHANGED, detail))
    others = {
        "always applied": skill.always_apply,
        "kept from being chosen by models": skill.disable_model_invocation,
        f"given tools of its own ({len(skill.allowed_tools)})": skill.allowed_tools,
    }
    dropped = [what for what, value in others.items() if value]
    if dropped:
        detail = f"skill {name}: was {', '.join(dropped)}"
        found.append(notice(WarningCode.SETTING_DROPPED, detail))
    return found

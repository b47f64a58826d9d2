"""LibreChat's chat projects as Open WebUI's folders (LibreChat 0.8.7, Open WebUI 0.10 to 0.12)."""

from __future__ import annotations

from collections.abc import Iterable

from migrator_core.convert.cleaning import clean_text, single_line
from migrator_core.convert.dates import row_dates
from migrator_core.convert.free_ids import DERIVED, FreeIds
from migrator_core.convert.ids import folder_id
from migrator_core.librechat.documents.chat_project import ChatProject
from migrator_core.rows import FolderRow, JsonDict

DEFAULT_NAME = "Project"
MAX_NAME = 100


class FolderNames:
    """Gives out folder names: unique among one person's, whatever the letter case.

    LibreChat allows repeated names; Open WebUI refuses them where people name folders.

    Args:
        taken: what Open WebUI has, as ``(folder id, user id, name)``. A folder of an earlier run
            keeps its own name, so that a second run gives the same answers.
    """

    def __init__(self, taken: Iterable[tuple[str, str, str]] = ()) -> None:
        self._owned: dict[str, str] = {}
        self._taken: set[tuple[str, str]] = set()
        for own_id, user_id, name in taken:
            self._owned[own_id] = name
            self._taken.add((user_id, name.lower()))

    def take(self, own_id: str, user_id: str, wish: str) -> str:
        """The name that a folder gets."""
        if own_id in self._owned:
            return self._owned[own_id]
        name, number = wish, 1
        while (user_id, name.lower()) in self._taken:
            number += 1
            suffix = f" ({number})"
            name = wish[: MAX_NAME - len(suffix)].rstrip() + suffix
        self._taken.add((user_id, name.lower()))
        self._owned[own_id] = name
        return name


def convert_project(
    project: ChatProject,
    *,
    owner_id: str,
    names: FolderNames,
    fallback: int,
    ids: FreeIds = DERIVED,
) -> FolderRow:
    """A folder at the top level. ``fallback`` is the run's start in seconds."""
    own_id = ids.of("folder", folder_id(project.id), owner_id, clean_text(project.id))
    wish = single_line(project.name, limit=MAX_NAME) or DEFAULT_NAME
    description = clean_text(project.description or "").strip()
    dates = row_dates(project.created_at, project.updated_at, project.id, fallback)
    # ``data.system_prompt`` would be sent with every chat of the folder: nothing of the kind here.
    data: JsonDict = {"description": description} if description else {}
    return FolderRow(
        id=own_id,
        user_id=owner_id,
        name=names.take(own_id, owner_id, wish),
        data=data,
        meta={"librechat": {"id": clean_text(project.id)}},
        created_at=dates.created,
        updated_at=dates.updated,
    )

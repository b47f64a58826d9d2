"""Chat projects, as folders for the chats that come later."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.convert.chats.folders import FolderNames, convert_project
from migrator_core.convert.fingerprint import fingerprint
from migrator_core.librechat import Document
from migrator_core.librechat.documents.chat_project import ChatProject
from migrator_core.openwebui import Written
from migrator_core.outcome import Reason, State
from migrator_core.rows import FolderRow, Item
from migrator_core.runs.context import Context, skipped
from migrator_core.runs.driver import Parcel, Step


class FoldersPhase:
    """``chatprojects``."""

    name = "folders"

    def __init__(self, context: Context, names: FolderNames) -> None:
        self._context = context
        self._names = names

    def total(self) -> int | None:
        """Not known before the collection has been read."""
        return None

    def steps(self) -> Iterator[Step]:
        """One step a project."""
        return self._context.each("chatprojects", ChatProject, self._convert)

    def written(self, written: Written) -> None:
        """From now on chats can go into this folder."""
        row = written.item.row
        if written.state in {State.MIGRATED, State.EXISTING} and isinstance(row, FolderRow):
            self._context.folders[written.item.source_id] = (row.user_id, row.id)

    def _convert(self, document: Document, project: ChatProject) -> Iterator[Step]:
        owner = self._context.accounts.get(project.user or "")
        if owner is None:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED, source_id=project.id)
        elif not self._context.scratch.first_time("chatproject", project.id):
            yield skipped(document, Reason.DUPLICATE, source_id=project.id)
        else:
            row = convert_project(
                project, owner_id=owner, names=self._names, fallback=self._context.started
            )
            yield Parcel(Item(document.collection, project.id, row, fingerprint(row)))

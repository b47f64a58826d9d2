"""Chat projects, as folders for the chats that come later."""

from __future__ import annotations

from collections.abc import Iterator

from migrator_core.convert.chats.folders import FolderNames, convert_project
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item
from migrator_core.librechat import Document
from migrator_core.librechat.documents.chat_project import ChatProject
from migrator_core.openwebui import OpenWebUI, Written
from migrator_core.outcome import Reason
from migrator_core.rows import FolderRow
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.results import Accounts, Folders, Ids
from migrator_core.runs.steps import Step, Write, left_out, skipped
from migrator_core.selection import Part


class FoldersPhase(Phase):
    """``chatprojects``."""

    name = "folders"
    label = "Projects as folders"
    collections = frozenset({"chatprojects"})
    part = Part.FOLDERS
    needs = (Accounts, Ids)
    leaves = Folders

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._accounts = self.earlier(Accounts)
        self._names = FolderNames([])
        self._folders: dict[str, tuple[str, str]] = {}

    async def ask(self, target: OpenWebUI) -> None:
        """The names that are taken."""
        self._names = FolderNames(await target.inventory.folders())

    def steps(self) -> Iterator[Step]:
        """One step a project."""
        return self._inputs.each("chatprojects", ChatProject, self._convert)

    def result(self) -> Folders:
        """The folders that chats can go into from now on."""
        return Folders(self._folders)

    def _convert(self, document: Document, project: ChatProject) -> Iterator[Step]:
        owner = self._accounts.of(project.user)
        if self._accounts.leaves_out(project.user):
            yield skipped(document, Reason.NOT_SELECTED, source_id=project.id)
        elif owner is None:
            yield skipped(document, Reason.OWNER_NOT_MIGRATED, source_id=project.id)
        elif not self._inputs.scratch.first_time("chatproject", project.id):
            yield skipped(document, Reason.DUPLICATE, source_id=project.id)
        else:
            row = convert_project(
                project,
                owner_id=owner,
                names=self._names,
                ids=self.earlier(Ids).free,
                fallback=self._inputs.started,
            )
            item = Item(document.collection, project.id, row, fingerprint(row))
            write = Write(item, then=self._remember)
            yield write if self.is_selected else left_out(write)

    def _remember(self, written: Written) -> None:
        row = written.item.row
        if written.is_there and isinstance(row, FolderRow):
            self._folders[written.item.source_id] = (row.user_id, row.id)

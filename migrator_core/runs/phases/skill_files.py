"""The files of one skill: which of them arrive with it, and what becomes of the others."""

from __future__ import annotations

from migrator_core.convert.files.file_records import skip_reason
from migrator_core.convert.library.skills import (
    MAX_FILE,
    MAX_FILES,
    MAX_SKILL,
    legal_path,
    skill_file,
)
from migrator_core.convert.result import Skipped
from migrator_core.librechat import BlobError
from migrator_core.librechat.documents.file import File
from migrator_core.librechat.documents.skill import SkillFile
from migrator_core.outcome import Outcome, Reason, State
from migrator_core.rows import JsonDict
from migrator_core.runs.inputs import Inputs

_NEEDED = "files of skills need Open WebUI 0.12"


class SkillFiles:
    """Takes the files of a skill one after the other.

    ``keeps`` says whether this Open WebUI has a place for them. ``contents`` are those that arrive,
    ``carried`` their documents; ``left_out`` says why others do not.
    """

    def __init__(self, inputs: Inputs, *, keeps: bool) -> None:
        self._inputs = inputs
        self._keeps = keeps
        self._paths: set[str] = set()
        self._folders: set[str] = set()
        self.contents: list[JsonDict] = []
        self.carried: list[str] = []
        self.left_out: list[Outcome] = []
        self.source_ids: list[str] = []
        self.size = 0

    def add(self, source_id: str, file: SkillFile) -> None:
        """Read one file, or say why not."""
        self.source_ids.append(source_id)
        found = self._read(file)
        if isinstance(found, Skipped):
            self.left_out.append(file_skipped(source_id, found.reason, found.detail))
            return
        path, content = found
        self._paths.add(path)
        self._folders |= set(_above(path))
        self.contents.append(skill_file(path, content))
        self.carried.append(source_id)
        self.size += len(content)

    def _read(self, file: SkillFile) -> tuple[str, bytes] | Skipped:
        path = legal_path(file)
        if path is None:
            return Skipped(Reason.UNSAFE_PATH)
        if not self._keeps:
            return Skipped(Reason.NEEDS_NEWER, _NEEDED)
        if path in self._paths:
            return Skipped(Reason.DUPLICATE)
        if path in self._folders or self._paths.intersection(_above(path)):
            return Skipped(Reason.NOT_SUPPORTED, "a file is also used as a folder")
        room = min(MAX_FILE, MAX_SKILL - self.size)
        if len(self.contents) >= MAX_FILES:
            room = -1
        content = self._content(file, room)
        if isinstance(content, bytes) and len(content) > room:
            return Skipped(Reason.NOT_SUPPORTED, "larger than what Open WebUI takes")
        return content if isinstance(content, Skipped) else (path, content)

    def _content(self, file: SkillFile, room: int) -> bytes | Skipped:
        if file.content is not None and not file.is_binary:
            return file.content.encode("utf-8", "ignore")
        record = File(file_id=file.id, filepath=file.filepath, source=file.source)
        elsewhere = skip_reason(record)
        if elsewhere is not None:
            return elsewhere
        try:
            blob = self._inputs.backup.blobs.find(file.filepath or "", user=file.author)
            with blob.open() as bytes_of:
                return bytes_of.read(max(room, 0) + 1)
        except BlobError as error:
            reasons = {"unsafe": Reason.UNSAFE_PATH, "foreign": Reason.NOT_YOURS}
            return Skipped(reasons.get(error.kind, Reason.MISSING_IN_BACKUP), str(error))
        except OSError as error:
            return Skipped(Reason.MISSING_IN_BACKUP, str(error))


def _above(path: str) -> list[str]:
    """The folders that a file lies in."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def file_skipped(source_id: str, reason: Reason, detail: str | None = None) -> Outcome:
    """The outcome of a file that does not arrive."""
    return Outcome("skillfiles", source_id, State.SKIPPED, None, reason, detail)

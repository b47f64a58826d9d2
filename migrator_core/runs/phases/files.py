"""Files: bytes into Open WebUI's storage, records into its database."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from migrator_core.convert.files.file_link import FileLink, file_link, with_text
from migrator_core.convert.files.file_names import safe_filename
from migrator_core.convert.files.file_records import convert_file, skip_reason
from migrator_core.convert.files.stored_paths import own_path
from migrator_core.convert.files.text_kinds import reading_of
from migrator_core.convert.files.text_only import as_text_file, text_only
from migrator_core.convert.result import Skipped, notice
from migrator_core.fingerprint import fingerprint
from migrator_core.item import Item, Reading
from migrator_core.librechat import Blob, BlobError, Document, kind_of_source
from migrator_core.librechat.documents.file import File
from migrator_core.openwebui import Written
from migrator_core.outcome import Notice, Outcome, Reason, State, WarningCode
from migrator_core.runs.inputs import Inputs
from migrator_core.runs.phase import Handover, Phase
from migrator_core.runs.phases.remote_files import copy_of, fetch_step
from migrator_core.runs.phases.stray_files import digest_of
from migrator_core.runs.results import Accounts, Files, Ids
from migrator_core.runs.steps import Fetch, Step, Write, left_out
from migrator_core.selection import Part

_REFUSED = {
    "missing": Reason.REMOTE_STORAGE,
    "unsafe": Reason.UNSAFE_PATH,
    "foreign": Reason.NOT_YOURS,
}
"""What is said of paths that are not followed."""


class FilesPhase(Phase):
    """``files``: what people uploaded and what tools made for them."""

    name = "files"
    label = "Files"
    collections = frozenset({"files"})
    part = Part.FILES
    needs = (Accounts, Ids)
    leaves = Files

    def __init__(self, inputs: Inputs, handover: Handover) -> None:
        super().__init__(inputs, handover)
        self._accounts = self.earlier(Accounts)

    def steps(self) -> Iterator[Step]:
        """One step a file record; its bytes are hashed here and copied by the writer."""
        return self._inputs.each("files", File, self._convert)

    def result(self) -> Files:
        """Where the files went, for the messages that refer to them."""
        return Files(self._inputs.scratch, self.earlier(Ids).free)

    def _convert(self, document: Document, file: File) -> Iterator[Step]:
        if self._accounts.leaves_out(file.user):
            yield _skipped(document, file, max(file.bytes or 0, 0), Reason.NOT_SELECTED)
        elif self._is_wanted(file):
            yield from self._bring(document, file)
        else:
            yield from map(_left_out, self._bring(document, file))

    def _is_wanted(self, file: File) -> bool:
        recent = self._inputs.selection.is_recent((file.created_at, file.updated_at))
        return self.is_selected and recent

    def _bring(self, document: Document, file: File) -> Iterator[Step]:
        size = max(file.bytes or 0, 0)
        owner = self._accounts.of(file.user)
        if owner is None or file.user is None:
            yield _skipped(document, file, size, Reason.OWNER_NOT_MIGRATED)
            return
        path = own_path(file.filepath or "", file.user)
        if path is not None:
            self._inputs.scratch.add_path(file.user, path, file.file_id)
        elsewhere = skip_reason(file)
        if elsewhere is not None and path is None:
            copy = copy_of(self._inputs.backup, file)
            if copy is not None:
                yield self._found(document, file, owner, copy)
            else:
                yield self._from_elsewhere(document, file, owner, elsewhere)
            return
        try:
            blob = self._inputs.backup.blobs.find(
                file.filepath or "", user=file.user, file_id=file.file_id
            )
        except BlobError as error:
            if elsewhere is not None:
                yield self._text_or(document, file, owner, elsewhere)
            elif error.kind != "missing":
                yield _skipped(document, file, size, _REFUSED[error.kind], str(error))
            else:
                missing = Skipped(Reason.MISSING_IN_BACKUP, str(error))
                yield self._look(document, file, owner, missing)
            return
        yield self._found(document, file, owner, blob)

    def _found(self, document: Document, file: File, owner: str, blob: Blob) -> Step:
        if blob.size == 0:
            return _skipped(document, file, 0, Reason.EMPTY_FILE, file.filename)
        if not self._inputs.scratch.first_time("file", file.user or "", file.file_id):
            return _skipped(document, file, blob.size, Reason.DUPLICATE)
        return self._write(file, owner, blob)

    def _from_elsewhere(
        self, document: Document, file: File, owner: str, elsewhere: Skipped
    ) -> Step:
        """A file whose bytes are in a cloud storage, or nowhere."""
        try:
            blob = self._inputs.stores.find(file.source, file.filepath, file.storage_key, file.user)
        except BlobError as error:
            reason = _REFUSED[error.kind]
            return self._text_or(document, file, owner, Skipped(reason, str(error)))
        if blob is None:
            if kind_of_source(file.source) is None or text_only(file) is not None:
                return self._text_or(document, file, owner, elsewhere)
            return self._look(document, file, owner, elsewhere)
        if not self._inputs.scratch.first_time("remote file", file.user or "", file.file_id):
            return _skipped(document, file, max(file.bytes or 0, 0), Reason.DUPLICATE)
        text = self._as_text(file, owner)
        return fetch_step(file, blob, partial(self._with_size, file, owner), text)

    def _with_size(self, file: File, owner: str, size: int, digest: str) -> Write:
        """The step of a file with so many bytes, and a warning where the record has others."""
        write = self._arriving(file, owner, size, digest)
        if file.bytes is None or file.bytes == size:
            return write
        return replace(write, notices=(*write.notices, _size_notice(file, size)))

    def _write(self, file: File, owner: str, blob: Blob) -> Step:
        if not self._is_wanted(file):  # what is not stored needs no reading
            return self._arriving(file, owner, blob.size, "")
        try:
            with blob.open() as content:
                digest, size = digest_of(content)
        except (BlobError, OSError) as error:
            return Outcome(
                "files", file.file_id, State.FAILED, None, Reason.UNREADABLE_DOCUMENT, str(error)
            )
        return replace(self._with_size(file, owner, size, digest), open_blob=blob.open)

    def _text_or(self, document: Document, file: File, owner: str, elsewhere: Skipped) -> Step:
        """The text that LibreChat kept of a file whose bytes are elsewhere, or nowhere."""
        write = self._as_text(file, owner)
        if write is None:
            size = max(file.bytes or 0, 0)
            return _skipped(document, file, size, elsewhere.reason, elsewhere.detail)
        if not self._inputs.scratch.first_time("file", file.user or "", file.file_id):
            return _skipped(document, file, write.weight, Reason.DUPLICATE)
        return write

    def _as_text(self, file: File, owner: str) -> Write | None:
        """The step of a file that consists of the text that LibreChat kept of it."""
        text = text_only(file)
        if text is None:
            return None
        content = text.encode()
        digest = hashlib.sha256(content).hexdigest()
        made = as_text_file(file)
        write = self._arriving(made, owner, len(content), digest)
        detail = f"file {_name(made)}: LibreChat kept its text ({file.source}), not the file"
        return replace(
            write,
            notices=(*write.notices, notice(WarningCode.FILE_TEXT_ONLY, detail)),
            weight=len(content),
            open_blob=partial(io.BytesIO, content),
        )

    def _look(self, document: Document, file: File, owner: str, why: Skipped) -> Step:
        """A file that cannot be had now, and that an earlier run may have brought."""
        size = max(file.bytes or 0, 0)
        missing = _skipped(document, file, size, why.reason, why.detail)
        if not self._inputs.scratch.first_time("missing file", file.user or "", file.file_id):
            return missing
        write = self._arriving(file, owner, size, "")
        return replace(write, notices=(), otherwise=missing)

    def _arriving(self, file: File, owner: str, size: int, sha256: str) -> Write:
        """The step that writes a file's record, and tells messages where it went."""
        converted = convert_file(
            file,
            owner_id=owner,
            ids=self.earlier(Ids).free,
            size=size,
            sha256=sha256,
            fallback=self._inputs.started,
        )
        row = converted.row
        reads = reading_of(row)
        if self._inputs.settings.index == "none" and reads is not Reading.NOTHING:
            reads = Reading.UNWANTED
        return Write(
            Item("files", file.file_id, row, fingerprint(row), size, reads=reads),
            converted.notices,
            then=partial(self._remember, file.user or "", file.file_id, file_link(row)),
        )

    def _remember(self, user: str, file_id: str, link: FileLink, written: Written) -> None:
        if written.is_there:
            self._inputs.scratch.add_link(user, file_id, with_text(link, written.characters))


def _left_out(step: Step) -> Step:
    """The same file, not selected; a file that belongs to nobody would not come anyway."""
    if isinstance(step, Fetch):
        return left_out(step.known)
    if isinstance(step, Write):
        return left_out(step)
    if isinstance(step, Outcome) and step.reason is not Reason.OWNER_NOT_MIGRATED:
        return replace(step, state=State.SKIPPED, reason=Reason.NOT_SELECTED, detail=None)
    return step


def _name(file: File) -> str:
    return safe_filename(file.filename or file.filepath)


def _size_notice(file: File, actual: int) -> Notice:
    return Notice(
        WarningCode.SIZE_MISMATCH,
        f"File {_name(file)}: the record says {file.bytes:,} bytes, the file has {actual:,}.",
    )


def _skipped(
    document: Document, file: File, size: int, reason: Reason, detail: str | None = None
) -> Outcome:
    source_id = file.file_id or document.source_id
    return Outcome("files", source_id, State.SKIPPED, None, reason, detail, size)

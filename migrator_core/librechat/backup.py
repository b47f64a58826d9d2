"""A LibreChat backup, opened: its collections as streams of documents, and its files."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.librechat.blobs import BlobStore
from migrator_core.librechat.collection import Document, NoticeLog, document_of
from migrator_core.librechat.completeness import check_whole
from migrator_core.librechat.containers.spool import Workspace
from migrator_core.librechat.documents.base import M, usable
from migrator_core.librechat.limits import KIB, Limits
from migrator_core.librechat.message_index import COLLECTION, MessageIndex
from migrator_core.librechat.readers import Readers
from migrator_core.librechat.recognise.candidates import BackupKind
from migrator_core.librechat.recognise.finder import Located, locate
from migrator_core.librechat.recognise.scan import FoundFile
from migrator_core.librechat.regular_files import open_regular
from migrator_core.outcome import Notice

_HASHED = 64 * KIB


def open_backup(
    path: Path,
    *,
    workdir: Path,
    allow_incomplete: bool = False,
    foreign: Sequence[Path] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Backup:
    """Recognise and open the backup at ``path``.

    What is packed is unpacked now, below ``workdir``; :meth:`Backup.close` removes it. Nothing is
    written anywhere else. ``allow_incomplete`` takes one without users, conversations or messages.
    ``foreign`` are folders that are never taken for the backup's files, Open WebUI's own.

    Raises:
        CannotStartError: there is no backup that can be read; it says why and what to do.
    """
    workspace = Workspace(workdir, limits)
    notices = NoticeLog()
    try:
        located = locate(path, workspace, notices, foreign)
        _check_workdir(workspace, located)
        backup = Backup(path, located, workspace, notices, allow_incomplete=allow_incomplete)
        workspace.starting_ended()
    except OSError as error:
        workspace.close()
        raise CannotStartError(
            f"{path} cannot be read: {error.strerror or error} ({error.filename or path})."
        ) from error
    except BaseException:
        workspace.close()
        raise
    return backup


def _check_workdir(workspace: Workspace, located: Located) -> None:
    folder = located.candidate.root
    inside = workspace.root.resolve().is_relative_to(folder)
    if inside and located.candidate.archive is None and located.container is None:
        raise CannotStartError(
            f"The work directory {workspace.root.parent} lies inside the backup {folder}, in which "
            "nothing may be written. Choose another (environment variable TMPDIR)."
        )


class Backup:
    """One LibreChat database and the files beside it. A context manager.

    ``collections`` are the names present, sorted, in lower case. ``notices`` grows while the
    collections are read. ``fingerprint`` (hex) depends on the names, sizes, beginnings and ends of
    the data files, not on where they lie. One call at a time, from any thread.
    """

    def __init__(
        self,
        path: Path,
        located: Located,
        workspace: Workspace,
        notices: NoticeLog,
        *,
        allow_incomplete: bool,
    ) -> None:
        candidate = located.candidate
        self.path = path
        self.kind: BackupKind = candidate.kind
        self.container = located.container
        self.database = candidate.database
        self.blobs = BlobStore(tuple(located.media))
        self._workspace = workspace
        self._notices = notices
        self._indexes: list[MessageIndex] = []
        sources = [candidate.archive] if candidate.archive else list(candidate.files.values())
        self.fingerprint = _fingerprint(sources, is_archive=candidate.archive is not None)
        self._readers = Readers(candidate, workspace, notices)
        self.collections = self._readers.names
        reader = self._readers.reader
        check_whole(path, candidate, reader, notices, allowed=allow_incomplete)
        if not self.blobs.roots:
            notices.oddity(
                "The backup has no folder of uploaded files (files/uploads, files/images): no file "
                "can be carried over from it."
            )

    @property
    def notices(self) -> list[Notice]:
        """What was noticed so far."""
        return self._notices.items

    def documents(self, collection: str) -> Iterator[Document]:
        """All documents of a collection in file order; none where it is not in the backup.

        Damage yields unreadable documents, not errors.

        Raises:
            AbortedError: the backup cannot be read any more (its volume went away, for example),
                or the work directory ran full while the collection was rewritten.
        """
        try:
            reader = self._readers.reader(collection)
            if reader is not None:
                for found in reader.raw_documents():
                    yield document_of(collection, reader, found)
        except OSError as error:
            raise self._vanished(collection, error) from error

    def _vanished(self, collection: str, error: Exception) -> AbortedError:
        return AbortedError(
            f"Reading {collection} from the backup {self.path} failed: {error}. Check the disk or "
            "volume it lies on; running again is safe."
        )

    def count(self, collection: str, pause: Callable[[], None] = lambda: None) -> int:
        """How many documents a collection has, those that cannot be decoded included.

        Raises:
            AbortedError: see :meth:`documents`.
        """
        count = 0
        try:
            reader = self._readers.reader(collection)
            for _ in () if reader is None else reader.raw_documents():
                count += 1
                pause()
        except OSError as error:
            raise self._vanished(collection, error) from error
        return count

    def size(self, collection: str) -> int:
        """Bytes of a collection's data, for progress; 0 where it is not in the backup."""
        return self._readers.size(collection)

    def usable(self, collection: str, model: type[M]) -> Iterator[M]:
        """The documents of a collection that can be used; damaged ones are left out.

        Raises:
            AbortedError: see :meth:`documents`.
        """
        return usable(model, (document.data for document in self.documents(collection)))

    def message_index(
        self,
        progress: Callable[[int], None] | None = None,
        is_foreign: Callable[[Mapping[str, Any]], bool] | None = None,
    ) -> MessageIndex:
        """Read ``messages`` once and note where each lies.

        ``progress`` is told of each document that was read: how many more it is. What
        ``is_foreign`` holds for nobody can take.

        Raises:
            AbortedError: as for :meth:`documents`.
        """
        path = self._workspace.new_path(".sqlite")
        try:
            index = MessageIndex(path, self._readers.reader(COLLECTION))
            self._indexes.append(index)
            index.build(progress, is_foreign)
        except OSError as error:
            raise self._vanished(COLLECTION, error) from error
        except sqlite3.Error as error:
            raise AbortedError(
                f"The index of messages cannot be written to {self._workspace.root}: {error}. "
                "Is the disk full? Running again is safe."
            ) from error
        return index

    def close(self) -> None:
        """Close all files and remove what was written to the work directory."""
        for index in self._indexes:
            index.close()
        self._readers.close()
        self._indexes.clear()
        self._workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _fingerprint(files: list[FoundFile], *, is_archive: bool) -> str:
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.path.name):
        name = "" if is_archive else file.path.name
        digest.update(f"{name.encode('utf-8', 'replace').decode()}\x00{file.size}\x00".encode())
        with open_regular(file.path) as opened:
            digest.update(opened.read(_HASHED))
            opened.seek(max(0, file.size - _HASHED))
            digest.update(opened.read(_HASHED))
    return digest.hexdigest()

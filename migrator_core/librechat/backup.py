"""A LibreChat backup, opened: its collections as streams of documents, and its files."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from migrator_core.errors import AbortedError, CannotStartError
from migrator_core.librechat.blobs import BlobStore
from migrator_core.librechat.collection import CollectionReader, Document, NoticeLog, document_of
from migrator_core.librechat.containers.archive import ArchiveSplitter
from migrator_core.librechat.containers.bson_documents import BsonDecoder
from migrator_core.librechat.containers.compressed import DAMAGED, GuardedStream
from migrator_core.librechat.containers.json_forms import open_json
from migrator_core.librechat.containers.mongodump import BsonReader
from migrator_core.librechat.containers.spool import SpoolWriter, Workspace
from migrator_core.librechat.limits import KIB, MIB, Limits
from migrator_core.librechat.message_index import COLLECTION, MessageIndex
from migrator_core.librechat.recognise.candidates import BackupKind
from migrator_core.librechat.recognise.finder import Located, locate
from migrator_core.librechat.recognise.scan import FoundFile
from migrator_core.librechat.regular_files import open_regular
from migrator_core.outcome import Notice

_HASHED = 64 * KIB


def open_backup(path: Path, *, workdir: Path, limits: Limits = Limits()) -> Backup:  # noqa: B008 - frozen
    """Recognise and open the backup at ``path``.

    What is packed is unpacked now, below ``workdir``; :meth:`Backup.close` removes it. Nothing is
    written anywhere else.

    Raises:
        CannotStartError: there is no backup that can be read; it says why and what to do.
    """
    workspace = Workspace(workdir, limits)
    notices = NoticeLog()
    try:
        located = locate(path, workspace, notices)
        _check_workdir(workspace, located)
        backup = Backup(path, located, workspace, notices)
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
        self, path: Path, located: Located, workspace: Workspace, notices: NoticeLog
    ) -> None:
        candidate = located.candidate
        self.path = path
        self.kind: BackupKind = candidate.kind
        self.container = located.container
        self.database = candidate.database
        self.blobs = BlobStore(tuple(located.media))
        self._workspace = workspace
        self._notices = notices
        self._readers: dict[str, CollectionReader] = {}
        self._indexes: list[MessageIndex] = []
        self._json: dict[str, tuple[Path, str]] = {}
        sources = [candidate.archive] if candidate.archive else list(candidate.files.values())
        self.fingerprint = _fingerprint(sources, is_archive=candidate.archive is not None)
        if candidate.archive is not None:
            self._open_archive(candidate.archive, candidate.database or "")
        elif candidate.kind is BackupKind.MONGODUMP:
            decoder = BsonDecoder()
            for name, file in candidate.files.items():
                self._add_bson(name, self._plain(file), file.label, decoder)
        else:
            self._json = {
                name: (self._plain(file), file.label) for name, file in candidate.files.items()
            }
        self.collections = tuple(sorted({*self._readers, *self._json}))
        if not self.blobs.roots:
            notices.oddity(
                "The backup has no folder of uploaded files (files/uploads, files/images): no file "
                "can be carried over."
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
            reader = self._reader(collection)
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

    def size(self, collection: str) -> int:
        """Bytes of a collection's data, for progress; 0 where it is not in the backup."""
        if collection in self._json:
            return self._json[collection][0].lstat().st_size
        return self._readers[collection].size if collection in self._readers else 0

    def message_index(self, progress: Callable[[int], None] | None = None) -> MessageIndex:
        """Read ``messages`` once and note where each lies.

        ``progress`` is told of each document that was read: how many more it is.

        Raises:
            AbortedError: as for :meth:`documents`.
        """
        path = self._workspace.new_path(".sqlite")
        try:
            index = MessageIndex(path, self._reader(COLLECTION))
            self._indexes.append(index)
            index.build(progress)
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
        for reader in self._readers.values():
            reader.close()
        self._indexes.clear()
        self._workspace.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reader(self, collection: str) -> CollectionReader | None:
        if collection in self._json:
            # JSON that is not one document a line is rewritten here, on first use.
            path, label = self._json[collection]
            self._readers[collection] = open_json(path, label, self._workspace, self._notices)
            del self._json[collection]
        return self._readers.get(collection)

    def _add_bson(self, name: str, path: Path, label: str, decoder: BsonDecoder) -> None:
        self._readers[name] = BsonReader(
            path, label, decoder, self._workspace.limits, self._notices
        )

    def _open_archive(self, archive: FoundFile, database: str) -> None:
        decoder = BsonDecoder()
        splitter = ArchiveSplitter(archive.label, database, self._workspace, decoder, self._notices)
        for name, path in splitter.split(archive.path, archive.sniffed.compression).items():
            label = f"{archive.label} ({name})"
            if name.lower() in self._readers:
                self._notices.oddity(f"{label} differs from another collection by case only.")
                continue
            self._add_bson(name.lower(), path, label, decoder)

    def _plain(self, file: FoundFile) -> Path:
        """The file itself, or its decompressed copy in the work directory."""
        compression = file.sniffed.compression
        if not compression:
            return file.path
        what = f"{file.label}, decompressed,"
        writer = SpoolWriter(self._workspace, self._workspace.new_path(file.form), what)
        try:
            with GuardedStream(
                file.path, compression, self._workspace.limits, file.label
            ) as stream:
                while block := stream.read(MIB):
                    writer.write(block)
        except DAMAGED as error:
            self._notices.damaged(
                f"{file.label} is damaged or incomplete ({error}); what came before was used."
            )
        finally:
            writer.close()
        return writer.path


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

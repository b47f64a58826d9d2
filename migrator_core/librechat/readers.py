"""The readers of a backup's collections: what is packed is taken out, what is damaged is noted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrator_core.librechat.collection import CollectionReader, NoticeLog
from migrator_core.librechat.containers.archive import ArchiveSplitter
from migrator_core.librechat.containers.bson_documents import BsonDecoder
from migrator_core.librechat.containers.compressed import DAMAGED, GuardedStream, Packed
from migrator_core.librechat.containers.json_forms import open_json
from migrator_core.librechat.containers.mongodump import BsonReader
from migrator_core.librechat.containers.spool import SpoolWriter, Workspace
from migrator_core.librechat.gaps import Gap, GappedReader, NoDocuments
from migrator_core.librechat.limits import MIB
from migrator_core.librechat.recognise.candidates import BackupKind, Candidate
from migrator_core.librechat.recognise.scan import FoundFile


class Readers:
    """One reader a collection. JSON that is not one document a line is rewritten on first use."""

    def __init__(self, candidate: Candidate, workspace: Workspace, notices: NoticeLog) -> None:
        self._workspace = workspace
        self._notices = notices
        self._readers: dict[str, CollectionReader] = {}
        self._json: dict[str, tuple[Path, str, tuple[Gap, ...]]] = {}
        if candidate.packed is not None:
            self._split(candidate.packed, candidate.database or "")
        elif candidate.kind is BackupKind.MONGODUMP:
            decoder = BsonDecoder()
            for name, file in candidate.files.items():
                path, gaps = self._plain(file)
                self._readers[name] = self._bson(path, file.label, decoder, gaps)
        else:
            for name, file in candidate.files.items():
                path, gaps = self._plain(file)
                self._json[name] = (path, file.label, gaps)
        for name, label in candidate.lost.items():
            self._lose(name, label)
        self.names = tuple(sorted({*self._readers, *self._json}))

    def reader(self, collection: str) -> CollectionReader | None:
        """The reader of a collection; None where it is not in the backup."""
        if collection in self._json:
            path, label, gaps = self._json.pop(collection)
            reader, more = open_json(path, label, self._workspace, self._notices)
            self._readers[collection] = _with_gaps(reader, (*gaps, *more))
        return self._readers.get(collection)

    def size(self, collection: str) -> int:
        """Bytes of a collection's data; 0 where it is not in the backup."""
        if collection in self._json:
            return self._json[collection][0].lstat().st_size
        return self._readers[collection].size if collection in self._readers else 0

    def close(self) -> None:
        """Close what is open."""
        for reader in self._readers.values():
            reader.close()

    def _split(self, packed: Packed, database: str) -> None:
        decoder = BsonDecoder()
        splitter = ArchiveSplitter(database, self._workspace, decoder, self._notices)
        spooled = splitter.split(packed)
        # LibreChat's own names are in lower case: of two that differ by case only, those win.
        for name in sorted(spooled, key=lambda name: (name != name.lower(), name)):
            part = spooled[name]
            if name.lower() in self._readers:
                self._notices.oddity(f"{part.label} differs from another collection by case only.")
                continue
            self._readers[name.lower()] = self._bson(part.path, part.label, decoder, part.gaps)

    def _bson(
        self, path: Path, label: str, decoder: BsonDecoder, gaps: Sequence[Gap]
    ) -> CollectionReader:
        reader = BsonReader(path, label, decoder, self._workspace.limits, self._notices)
        return _with_gaps(reader, gaps)

    def _lose(self, collection: str, label: str) -> None:
        problem = f"{label} says that this collection was dumped, but its data is not there"
        self._notices.damaged(f"{problem}.")
        self._readers[collection] = GappedReader(NoDocuments(), (Gap(label, problem),))

    def _plain(self, file: FoundFile) -> tuple[Path, tuple[Gap, ...]]:
        """The file itself, or its decompressed copy in the work directory."""
        packed = file.packed
        if not packed.compression:
            return file.path, ()
        if packed.repaired:
            self._notices.oddity(f"{file.label} was read without {packed.repaired}.")
        what = f"{file.label}, decompressed,"
        writer = SpoolWriter(self._workspace, self._workspace.new_path(file.form), what)
        gaps: tuple[Gap, ...] = ()
        try:
            with GuardedStream(packed, self._workspace.limits) as stream:
                while block := stream.read(MIB):
                    writer.write(block)
        except DAMAGED as error:
            problem = f"{file.label} is damaged or incomplete ({error}); what came before was used."
            self._notices.damaged(problem)
            gaps = (Gap(file.label, problem),)
        finally:
            writer.close()
        return writer.path, gaps


def _with_gaps(reader: CollectionReader, gaps: Sequence[Gap]) -> CollectionReader:
    return GappedReader(reader, gaps) if gaps else reader

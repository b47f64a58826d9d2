"""The databases in a mongodump archive that may be LibreChat's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from migrator_core.librechat.collection_names import (
    ESSENTIAL,
    OTHER_DATABASES,
    TELLING,
    is_ignored_collection,
)
from migrator_core.librechat.containers.archive import read_databases, weigh
from migrator_core.librechat.containers.archive_stream import Databases, Namespace
from migrator_core.librechat.containers.bson_documents import BsonDecoder
from migrator_core.librechat.limits import Limits
from migrator_core.librechat.recognise.candidates import BackupKind, Candidate
from migrator_core.librechat.recognise.scan import FoundFile


class Archives:
    """Looks into archives. Each is weighed at most once."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._weights: dict[FoundFile, dict[Namespace, int]] = {}

    def candidates(self, file: FoundFile) -> Iterator[Candidate]:
        """One for each database that looks like LibreChat's. All is taken for full, unweighed."""
        found = read_databases(file.packed, self._limits, BsonDecoder())
        packed, databases = found or (file.packed, {})
        for database, collections in sorted(databases.items()):
            names = _names(collections)
            if names & TELLING and (database not in OTHER_DATABASES or names >= ESSENTIAL):
                kind = BackupKind.MONGODUMP_ARCHIVE
                yield Candidate(
                    kind, file.path, file.label, database, names, names, file.size, archive=file,
                    packed=packed,
                )  # fmt: skip

    def databases(self, file: FoundFile) -> Databases | None:
        """What an archive says it holds; None where it is too damaged to tell."""
        found = read_databases(file.packed, self._limits, BsonDecoder())
        return found[1] if found is not None else None

    def weighed(self, candidate: Candidate) -> Candidate:
        """The candidate with what its collections really hold."""
        file, packed = candidate.archive, candidate.packed
        if file is None or packed is None:
            return candidate
        if file not in self._weights:
            self._weights[file] = weigh(packed, self._limits, BsonDecoder())
        sizes = {
            found.collection.lower(): size
            for found, size in self._weights[file].items()
            if found.database == candidate.database
        }
        size = sum(sizes.get(name, 0) for name in ESSENTIAL)
        return replace(candidate, full=candidate.names & sizes.keys(), size=size)


def _names(collections: frozenset[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in collections if not is_ignored_collection(name))

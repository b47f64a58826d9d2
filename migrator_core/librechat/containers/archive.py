"""Takes mongodump archives apart: many collections, interleaved in one stream, in one pass.

A damaged archive is looked at again without what terminals and messages put in; its checksums tell
whether that made it whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from migrator_core.librechat.collection import NoticeLog
from migrator_core.librechat.collection_names import is_ignored_collection
from migrator_core.librechat.containers.archive_part import Part, add, discard, gaps_of
from migrator_core.librechat.containers.archive_stream import (
    MAX_NAMESPACES,
    ArchiveDamagedError,
    ArchiveStream,
    Begin,
    Damage,
    Databases,
    End,
    Namespace,
    Salvage,
)
from migrator_core.librechat.containers.bson_documents import BsonDecoder
from migrator_core.librechat.containers.compressed import DAMAGED, GuardedStream, Packed
from migrator_core.librechat.containers.repair import NOTHING, Repair, repairs_for
from migrator_core.librechat.containers.spool import SpoolWriter, Workspace
from migrator_core.librechat.gaps import Gap
from migrator_core.librechat.limits import Limits

_NewWriter: TypeAlias = Callable[[], SpoolWriter | None]


@dataclass(slots=True)
class Walk:
    """One pass over one database of an archive. ``damage`` says what was wrong first."""

    database: str
    new_writer: _NewWriter = lambda: None
    parts: dict[str, Part] = field(default_factory=dict)
    damage: str | None = None

    @property
    def whole(self) -> bool:
        """Whether every collection is. What stands behind their ends does not matter."""
        return bool(self.parts) and all(part.whole for part in self.parts.values())

    @property
    def documents(self) -> int:
        """How many documents were found in their places."""
        return sum(part.documents for part in self.parts.values())

    def through(self, packed: Packed, limits: Limits, decoder: BsonDecoder) -> Walk:
        """Read the archive. Damage is noted, not raised.

        Raises:
            CannotStartError: the disk is full, or the archive is a decompression bomb.
        """
        with GuardedStream(packed, limits) as stream:
            archive = ArchiveStream(stream, decoder, limits.bson_document)
            try:
                for name in sorted(archive.prelude().get(self.database, ())):
                    self._part(name)
                self._take(archive)
            except ArchiveDamagedError as error:
                self.damage = self.damage or str(error)
            finally:
                for part in self.parts.values():
                    if part.writer is not None:
                        part.writer.close()
        if not self.whole and self.damage is None:
            ended = all(part.ended for part in self.parts.values())
            self.damage = (
                "a checksum is wrong" if ended else "it ends before the end of its collections"
            )
        return self

    def _take(self, archive: ArchiveStream) -> None:
        part: Part | None = None
        for event in archive.events():
            match event:
                case bytes() if part is not None:
                    part.documents += 1
                    add(part, event)
                case Salvage(data) if part is not None:
                    add(part, data)
                case Begin(namespace) | End(namespace):
                    mine = namespace.database == self.database
                    part = self._part(namespace.collection) if mine else None
                    if isinstance(event, End) and part is not None:
                        part.ended = True
                        part.matches = isinstance(event.crc, int) and part.crc.matches(event.crc)
                case Damage(why):
                    self.damage = self.damage or why
                case _:
                    pass

    def _part(self, name: str) -> Part | None:
        if is_ignored_collection(name):
            return None
        if name not in self.parts:
            if len(self.parts) >= MAX_NAMESPACES:
                raise ArchiveDamagedError(f"it holds more than {MAX_NAMESPACES} collections")
            self.parts[name] = Part(self.new_writer())
        return self.parts[name]


def read_databases(
    packed: Packed, limits: Limits, decoder: BsonDecoder
) -> tuple[Packed, Databases] | None:
    """How an archive must be read, and the databases it says it holds; None if nobody can tell."""
    try:
        for variant in _variants(packed, limits):
            with GuardedStream(variant, limits) as stream:
                try:
                    return variant, ArchiveStream(stream, decoder, limits.bson_document).prelude()
                except ArchiveDamagedError:
                    continue
    except DAMAGED:
        return None
    return None


def weigh(packed: Packed, limits: Limits, decoder: BsonDecoder) -> dict[Namespace, int]:
    """The bytes of documents in each collection that has any. Reads the whole archive."""
    sizes: dict[Namespace, int] = {}
    with GuardedStream(packed, limits) as stream:
        archive = ArchiveStream(stream, decoder, limits.bson_document)
        try:
            archive.prelude()
        except ArchiveDamagedError:
            return {}
        namespace = Namespace("", "")
        for event in archive.events():
            match event:
                case Begin(namespace):
                    pass
                case bytes():
                    sizes[namespace] = sizes.get(namespace, 0) + len(event)
    return sizes


def _variants(packed: Packed, limits: Limits) -> Iterator[Packed]:
    """The archive as it is, and with every repair that would change it."""
    yield from _with_inner_repairs(packed, limits)
    plain = replace(packed, compression="", inner_skip=0, outer=NOTHING, inner=NOTHING)
    for repair in _repairs(plain, limits):
        yield from _with_inner_repairs(replace(packed, outer=repair), limits)


def _with_inner_repairs(packed: Packed, limits: Limits) -> Iterator[Packed]:
    yield packed
    if packed.compression:
        for repair in _repairs(replace(packed, inner=NOTHING), limits):
            yield replace(packed, inner=repair)


@dataclass(slots=True)
class _Readable:
    """A stream whose damage is its end."""

    stream: GuardedStream

    def read1(self, size: int, /) -> bytes:
        try:
            return self.stream.read(size)
        except DAMAGED:
            return b""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A collection taken out of an archive; ``gaps`` say what is missing from it."""

    path: Path
    label: str
    gaps: tuple[Gap, ...]


class ArchiveSplitter:
    """Takes one database of an archive apart into plain ``.bson`` files of the work directory."""

    def __init__(
        self, database: str, workspace: Workspace, decoder: BsonDecoder, notices: NoticeLog
    ) -> None:
        self._database = database
        self._workspace = workspace
        self._decoder = decoder
        self._notices = notices

    def split(self, packed: Packed) -> dict[str, Spooled]:
        """Collection name → its file.

        Raises:
            CannotStartError: the disk is full, or the archive is a decompression bomb.
        """
        walk = self._walk(packed)
        if not walk.whole:
            better = self._better(packed, walk)
            if better is not None:
                for part in walk.parts.values():
                    discard(part)
                packed, walk = better, self._walk(better)
        self._report(packed, walk)
        return {
            name: Spooled(part.writer.path, f"{packed.label} ({name})", gaps_of(packed, name, part))
            for name, part in walk.parts.items()
            if part.writer is not None
        }

    def _walk(self, packed: Packed) -> Walk:
        def new_writer() -> SpoolWriter:
            what = f"{packed.label}, taken apart by collection,"
            return SpoolWriter(self._workspace, self._workspace.new_path(".bson"), what)

        limits = self._workspace.limits
        return Walk(self._database, new_writer).through(packed, limits, self._decoder)

    def _better(self, packed: Packed, walk: Walk) -> Packed | None:
        """A way of reading in which the archive is whole, or else more of it is found."""
        best, most = None, walk.documents
        limits = self._workspace.limits
        for variant in _variants(packed, limits):
            if variant == packed:
                continue
            found = Walk(self._database).through(variant, limits, self._decoder)
            if found.whole:
                return variant
            if found.documents > most:
                best, most = variant, found.documents
        return best

    def _report(self, packed: Packed, walk: Walk) -> None:
        if packed.repaired:
            self._notices.oddity(f"{packed.label} was read without {packed.repaired}.")
        if walk.whole:
            if walk.damage is not None:
                self._notices.oddity(
                    f"{packed.label} is damaged behind its last collection ({walk.damage}); all "
                    "collections are whole, as their checksums say."
                )
            return
        lost = sorted(name for name, part in walk.parts.items() if not part.whole)
        self._notices.damaged(
            f"{packed.label} is damaged or incomplete: {walk.damage}. What could be read was used; "
            f"documents may be missing from: {', '.join(lost[:40])}."
        )


def _repairs(packed: Packed, limits: Limits) -> list[Repair]:
    with GuardedStream(packed, limits) as stream:
        return repairs_for(_Readable(stream))

"""One collection of a mongodump archive, as it is taken from the stream."""

from __future__ import annotations

from dataclasses import dataclass, field

from migrator_core.librechat.containers.compressed import Packed
from migrator_core.librechat.containers.crc64 import Crc64Check
from migrator_core.librechat.containers.spool import SpoolWriter
from migrator_core.librechat.gaps import Gap


@dataclass(slots=True)
class Part:
    """One collection of an archive: how much was found, and whether it is whole."""

    writer: SpoolWriter | None = None
    documents: int = 0
    size: int = 0
    ended: bool = False
    matches: bool = False
    crc: Crc64Check = field(default_factory=Crc64Check)

    @property
    def whole(self) -> bool:
        """Whether all its documents came, as the checksum says."""
        return self.ended and self.matches


def add(part: Part, data: bytes) -> None:
    """Take the next bytes of a collection."""
    part.size += len(data)
    if not part.ended:  # the check is spent
        part.crc.update(data)
    if part.writer is not None:
        part.writer.write(data)


def discard(part: Part) -> None:
    """Remove what was written of a collection."""
    if part.writer is not None:
        part.writer.path.unlink(missing_ok=True)


def gaps_of(packed: Packed, name: str, part: Part) -> tuple[Gap, ...]:
    """What of a collection was lost, in words."""
    file = f"{packed.label} ({name})"
    if not part.ended:
        return (Gap(file, f"{packed.label} ends before the end of this collection"),)
    if not part.matches:
        return (
            Gap(
                file,
                f"the checksum of this collection in {packed.label} is wrong: something in it was "
                "changed or lost",
                at_end=False,
            ),
        )
    return ()

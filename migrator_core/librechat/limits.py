"""What a backup may ask of the machine: bounds against hostile or broken input."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds, in bytes where no other unit is named. The defaults suit every real backup.

    ``bson_document`` is generous: MongoDB stores at most 16 MiB and mongodump 16 KiB more; as
    JSON the same document can be several times as large, hence ``json_document``.
    ``expansion`` is how many times its own size something compressed may become, looked at only
    beyond ``expansion_floor``: text compresses to a tenth, a bomb to a thousandth.
    """

    bson_document: int = 48 * MIB
    json_document: int = 64 * MIB
    unpacked: int = 1024 * GIB
    members: int = 2_000_000
    expansion: int = 200
    expansion_floor: int = 512 * MIB
    free_space_reserve: int = 64 * MIB
    scan_depth: int = 8
    scan_entries: int = 100_000
    scan_opened: int = 5_000

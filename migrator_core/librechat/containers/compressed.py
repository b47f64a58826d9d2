"""Decompressing streams that may be damaged or a bomb."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Final, Literal, Protocol, Self

from migrator_core.errors import CannotStartError
from migrator_core.librechat.containers.repair import NOTHING, Repair
from migrator_core.librechat.limits import MIB, Limits
from migrator_core.librechat.regular_files import file_size, open_regular

Compression = Literal["", "gz", "bz2", "xz"]

MAGIC: Final[dict[bytes, Compression]] = {
    b"\x1f\x8b\x08": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
}

DAMAGED: Final = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, OSError, ValueError)
"""What the decompressors raise over damaged input (bz2 says OSError or ValueError)."""


_PIECE: Final = 32  # small, so that what comes before damage comes out


class _Decompressor(Protocol):
    """What the decompressors have in common."""

    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, count: int, /) -> bytes: ...


def _decompressor_of(compression: Compression) -> _Decompressor:
    if compression == "gz":
        return zlib.decompressobj(wbits=31)
    if compression == "bz2":
        return bz2.BZ2Decompressor()
    return lzma.LZMADecompressor(memlimit=256 * MIB)


def compression_of(head: bytes) -> Compression:
    """The compression whose magic number ``head`` begins with; empty when there is none."""
    for magic, name in MAGIC.items():
        if head.startswith(magic):
            return name
    return ""


def decompress_head(head: bytes, compression: Compression, count: int) -> tuple[bytes, bool]:
    """Up to ``count`` bytes of what ``head`` decompresses to, and whether it is damaged there."""
    if not compression:
        return head[:count], False
    found = bytearray()
    try:
        decompressor = _decompressor_of(compression)
        for start in range(0, len(head), _PIECE):
            if len(found) >= count or decompressor.eof:
                break
            found += decompressor.decompress(head[start : start + _PIECE], count - len(found))
    except DAMAGED:
        return bytes(found), True
    return bytes(found), False


@dataclass(frozen=True, slots=True)
class Packed:
    """A file, and what must be done to its bytes before what is in it can be read.

    ``skip`` bytes of text stand in front of it, ``inner_skip`` inside of the compression; the same
    for the two repairs. ``label`` names the file in messages.
    """

    path: Path
    label: str
    compression: Compression = ""
    skip: int = 0
    inner_skip: int = 0
    outer: Repair = NOTHING
    inner: Repair = NOTHING

    @property
    def repaired(self) -> str:
        """What is taken out, for a sentence; empty where it is read as it is."""
        skipped = ["the text in front of it"] if self.skip or self.inner_skip else []
        repairs = [str(repair) for repair in (self.outer, self.inner) if repair != NOTHING]
        return " and ".join([*skipped, *repairs])


class GuardedStream:
    """Reads a file, decompressed and repaired, and stops at a decompression bomb.

    ``read`` raises what :data:`DAMAGED` lists over damage, and :class:`CannotStartError` when the
    content grows out of all proportion.
    """

    def __init__(self, packed: Packed, limits: Limits) -> None:
        self._raw = open_regular(packed.path)
        self._label = packed.label
        self._limits = limits
        self.compressed_size = file_size(self._raw)
        self._allowed = min(
            limits.unpacked,
            max(limits.expansion_floor, limits.expansion * self.compressed_size),
        )
        self._compressed = bool(packed.compression)
        self.count = 0
        self._failure: Exception | None = None
        self._raw.seek(packed.skip)
        outer = self._raw if packed.outer == NOTHING else packed.outer.of(self._raw)
        self._stream = _decompressor(outer, packed.compression)
        if packed.inner != NOTHING or packed.inner_skip:
            self._stream = _inner(self._stream, packed)

    def read(self, size: int) -> bytes:
        """``size`` bytes, fewer at the end. What came before damage comes out before it raises."""
        blocks: list[bytes] = []
        left = size
        while left > 0 and self._failure is None:
            try:
                block = self._stream.read1(left)
            except DAMAGED as error:
                self._failure = error
                break
            if not block:
                break
            blocks.append(block)
            left -= len(block)
        if not blocks and self._failure is not None:
            raise self._failure
        data = b"".join(blocks)
        self._count(len(data))
        return data

    def _count(self, size: int) -> None:
        self.count += size
        if self._compressed and self.count > self._allowed:
            raise CannotStartError(
                f"{self._label} unpacks to more than {self._allowed // MIB} MiB, over "
                f"{self._limits.expansion} times its own size: that looks like a decompression "
                "bomb. If you trust it, unpack it yourself and name the folder instead."
            )

    def close(self) -> None:
        """Close the file."""
        if self._stream is not self._raw:
            self._stream.close()
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Stream(Protocol):
    """What the decompressors and a plain file have in common."""

    def read1(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


def _inner(stream: _Stream, packed: Packed) -> _Stream:
    """What came out of the decompression, without the text in front of it, and repaired."""
    left = packed.inner_skip
    while left and (block := stream.read1(left)):
        left -= len(block)
    return stream if packed.inner == NOTHING else packed.inner.of(stream)


def _decompressor(raw: BufferedReader, compression: Compression) -> _Stream:
    if compression == "gz":
        return gzip.GzipFile(fileobj=raw, mode="rb")
    if compression == "bz2":
        return bz2.BZ2File(raw, "rb")
    if compression == "xz":
        return lzma.LZMAFile(raw, "rb")
    return raw

"""Decompressing streams that may be damaged or a bomb."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from io import BufferedReader
from pathlib import Path
from typing import Final, Literal, Protocol, Self

from migrator_core.errors import CannotStartError
from migrator_core.librechat.limits import MIB, Limits
from migrator_core.librechat.regular_files import file_size, open_regular

Compression = Literal["", "gz", "bz2", "xz"]

MAGIC: Final[dict[bytes, Compression]] = {
    b"\x1f\x8b\x08": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
}
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"

DAMAGED: Final = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, OSError, ValueError)
"""What the decompressors raise over damaged input (bz2 says OSError or ValueError)."""


def compression_of(head: bytes) -> Compression:
    """The compression whose magic number ``head`` begins with; empty when there is none."""
    for magic, name in MAGIC.items():
        if head.startswith(magic):
            return name
    return ""


def decompress_head(head: bytes, compression: Compression, count: int) -> bytes:
    """Up to ``count`` bytes of what ``head`` decompresses to; what is damaged is left out."""
    try:
        if compression == "gz":
            return zlib.decompressobj(wbits=31).decompress(head, count)
        if compression == "bz2":
            return bz2.BZ2Decompressor().decompress(head, count)
        if compression == "xz":
            return lzma.LZMADecompressor(memlimit=256 * MIB).decompress(head, count)
    except DAMAGED:
        return b""
    return head[:count]


class GuardedStream:
    """Reads a file, decompressed, and stops at a decompression bomb.

    ``read`` raises what :data:`DAMAGED` lists over damage, and :class:`CannotStartError` when the
    content grows out of all proportion.
    """

    def __init__(self, path: Path, compression: Compression, limits: Limits, label: str) -> None:
        self._raw = open_regular(path)
        self._label = label
        self._limits = limits
        self.compressed_size = file_size(self._raw)
        self._allowed = min(
            limits.unpacked,
            max(limits.expansion_floor, limits.expansion * self.compressed_size),
        )
        self._stream = _decompressor(self._raw, compression)
        self._compressed = bool(compression)
        self.count = 0
        self._failure: Exception | None = None

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


def _decompressor(raw: BufferedReader, compression: Compression) -> _Stream:
    if compression == "gz":
        return gzip.GzipFile(fileobj=raw, mode="rb")
    if compression == "bz2":
        return bz2.BZ2File(raw, "rb")
    if compression == "xz":
        return lzma.LZMAFile(raw, "rb")
    return raw

"""The checksum of mongodump archives."""

from __future__ import annotations

import lzma
import struct
import zlib
from typing import Final

from migrator_core.librechat.limits import KIB


class Crc64Check:
    """Verifies a CRC-64/XZ at the speed of C, which Python's library offers only inside ``lzma``.

    The data is presented to the decompressor as an ``.xz`` stream of uncompressed chunks with the
    expected checksum at its end: it complains exactly when the checksum is wrong. (Computed in
    Python, it would be by far the slowest part of reading an archive.)
    Format: "The .xz File Format" 1.2.1, and the uncompressed chunks of LZMA2.
    """

    _CHUNK: Final = 64 * KIB

    def __init__(self) -> None:
        flags = b"\x00\x04"  # check: CRC-64
        block = bytes([2, 0, 0x21, 1, 0, 0, 0, 0])  # 12 bytes, LZMA2, smallest dictionary
        self._stream = lzma.LZMADecompressor(format=lzma.FORMAT_XZ)
        self._stream.decompress(b"\xfd7zXZ\x00" + flags + struct.pack("<I", zlib.crc32(flags)))
        self._stream.decompress(block + struct.pack("<I", zlib.crc32(block)))
        self._control = 1  # the first chunk resets the dictionary
        self._length = len(block) + 4

    def update(self, data: bytes) -> None:
        """Take in more data."""
        for start in range(0, len(data), self._CHUNK):
            chunk = data[start : start + self._CHUNK]
            head = struct.pack(">BH", self._control, len(chunk) - 1)
            self._stream.decompress(head + chunk)
            self._control = 2
            self._length += 3 + len(chunk)

    def matches(self, expected: int) -> bool:
        """Whether ``expected`` (signed, as the archive stores it) is right; call it last."""
        padding = bytes(-(self._length + 1) % 4)
        check = (expected & (1 << 64) - 1).to_bytes(8, "little")
        try:
            self._stream.decompress(b"\x00" + padding + check)
        except lzma.LZMAError:
            return False
        return True

"""Writes mongodump archives, so that tests need no MongoDB.

Format: mongo-tools (Apache-2.0), ``mongodump --archive``, archive version 0.1: a magic number, a
header document, one metadata document per collection, then blocks of documents, each block behind
a namespace header; a block ends with four 0xff bytes, a namespace with a header that carries a
CRC-64/XZ over all its documents.
"""

from __future__ import annotations

import gzip as gzip_module
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import bson
from bson.int64 import Int64

MAGIC = bytes.fromhex("6de29981")
TERMINATOR = b"\xff\xff\xff\xff"

Databases = Mapping[str, Mapping[str, Sequence[dict[str, Any]]]]


def _table_entry(byte: int) -> int:
    crc = byte
    for _ in range(8):
        crc = (crc >> 1) ^ (0xC96C5795D7870F42 if crc & 1 else 0)
    return crc


_TABLE = tuple(_table_entry(byte) for byte in range(256))


def crc64_xz(data: bytes) -> int:
    """CRC-64/XZ of ``data`` as mongodump stores it: a signed 64-bit number."""
    crc = 0xFFFFFFFFFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFFFFFFFFFF
    return crc - (1 << 64) if crc >> 63 else crc


def _header(database: str, collection: str, *, eof: bool, crc: int) -> bytes:
    return bson.encode({"db": database, "collection": collection, "EOF": eof, "CRC": Int64(crc)})


def _prelude(databases: Databases) -> Iterator[bytes]:
    yield MAGIC
    yield bson.encode(
        {
            "concurrent_collections": 4,
            "version": "0.1",
            "server_version": "8.0.4",
            "tool_version": "100.12.0",
        }
    )
    for database, collections in databases.items():
        for collection in collections:
            metadata = {"indexes": [], "uuid": "0" * 32, "collectionName": collection}
            yield bson.encode(
                {
                    "db": database,
                    "collection": collection,
                    "metadata": json.dumps(metadata),
                    "size": 0,
                    "type": "collection",
                }
            )
    yield TERMINATOR


def _rounds(databases: Databases, *, interleave: bool) -> Iterator[tuple[str, str, list[bytes]]]:
    """The blocks in the order they are written; interleaved means two documents per block."""
    waiting = [
        (database, collection, [bson.encode(document) for document in documents])
        for database, collections in databases.items()
        for collection, documents in collections.items()
    ]
    while waiting:
        following = []
        for database, collection, documents in waiting:
            count = 2 if interleave else len(documents)
            yield database, collection, documents[:count]
            if documents[count:]:
                following.append((database, collection, documents[count:]))
        waiting = following


def archive_bytes(databases: Databases, *, interleave: bool) -> bytes:
    """The plain archive as bytes."""
    parts = list(_prelude(databases))
    written: dict[tuple[str, str], bytes] = {}
    for database, collection, documents in _rounds(databases, interleave=interleave):
        parts.append(_header(database, collection, eof=False, crc=0))
        parts.extend(documents)
        parts.append(TERMINATOR)
        key = (database, collection)
        written[key] = written.get(key, b"") + b"".join(documents)
    for (database, collection), data in written.items():
        parts.append(_header(database, collection, eof=True, crc=crc64_xz(data)))
        parts.append(TERMINATOR)
    return b"".join(parts)


def write_archive(path: Path, databases: Databases, *, gzip: bool, interleave: bool) -> None:
    """Write ``databases`` (database → collection → documents) as ``mongodump --archive`` does.

    ``interleave`` spreads every collection over many blocks, as a dump with several concurrent
    collections does; ``gzip`` compresses the whole stream, reproducibly.
    """
    data = archive_bytes(databases, interleave=interleave)
    path.write_bytes(gzip_module.compress(data, mtime=0) if gzip else data)

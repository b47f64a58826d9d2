"""From what a file record says to the names that its object may have, and never to another's.

LibreChat (0.7.8 to 0.8.8, ``packages/api/src/storage`` and ``api/server/services/Files``) names an
object ``<base>/<user id>/<file name>``, with ``t/<tenant>/``, ``r/<region>/`` and ``i/`` or ``a/``
before it where tenants, regions or CloudFront's inline paths are used. The record holds the name
(``storageKey``, since 0.8.6), or an address in which it is percent-encoded, behind whatever the
endpoint puts before it: a bucket, ``/v0/b/<bucket>/o/`` … Some versions stored the encoded form
as the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from migrator_core.librechat.blobs import BlobError

_ADDRESS = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_QUERY = re.compile(r"[?#]")
_USER = re.compile(r"[0-9a-f]{24}\Z", re.IGNORECASE)
_BASE = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST = 1024
"""Bytes that a key may have (S3 and Azure Blob)."""
_LONGEST_ADDRESS = 16_384


def keys_of(filepath: str | None, storage_key: str | None, user: str | None) -> tuple[str, ...]:
    """The names to try, the likeliest first.

    Raises:
        BlobError: there are none (``missing``), they lead out of their folder (``unsafe``), or into
            that of somebody else (``foreign``).
    """
    shown = _shown(storage_key or filepath or "")
    problems: list[BlobError] = []
    found: dict[str, None] = {}
    for path in dict.fromkeys(_paths(filepath or "", storage_key or "")):
        try:
            found[_key(path, user or "", shown)] = None
        except BlobError as error:
            problems.append(error)
    kinds = [problem.kind for problem in problems]
    if found and "unsafe" not in kinds:
        return tuple(found)
    for kind in ("unsafe", "foreign", "missing"):
        if kind in kinds:
            raise problems[kinds.index(kind)]
    raise BlobError("missing", "its record names no object")


def local_paths(keys: Sequence[str]) -> Iterator[str]:
    """Where the same files lie in a copy of the storage beside the backup, as LibreChat's paths."""
    for key in keys:
        place, user, name = key.split("/")[-3:]
        if place in {"images", "uploads"}:
            yield f"/{place}/{user}/{name}"


def _paths(filepath: str, storage_key: str) -> Iterator[str]:
    if storage_key:
        yield storage_key
        yield unquote(storage_key)
    address = _ADDRESS.match(filepath)
    if address:
        path = _QUERY.split(filepath[address.end() :], maxsplit=1)[0]
        yield unquote(path)
        yield path
    elif filepath:
        yield filepath
        yield unquote(filepath)


def _key(path: str, user: str, shown: str) -> str:
    """The name in a path: from its base folder, or what stands before that, to its end.

    Raises:
        BlobError: it is nobody's, somebody else's, or none at all.
    """
    if len(path) > _LONGEST_ADDRESS or _CONTROL.search(path):
        raise BlobError("unsafe", f"{shown} holds a control character, or is far too long")
    parts = [part for part in path.split("/") if part]
    if {".", ".."} & set(parts) or "\\" in path:
        raise BlobError("unsafe", f"{shown} leads out of its folder")
    at = _folder(parts)
    if not at or not _BASE.match(parts[at - 1]) or _USER.match(parts[at - 1]):
        raise BlobError("foreign", f"{shown} lies in no user's folder")
    if parts[at] != user:
        raise BlobError("foreign", f"{shown} lies in another user's folder")
    if at + 1 >= len(parts):
        raise BlobError("missing", f"{shown} names no file")
    key = "/".join(parts[_beginning(parts, at - 1) :])
    try:
        length = len(key.encode())
    except UnicodeEncodeError:
        raise BlobError("unsafe", f"{shown} holds half a character") from None
    if length > _LONGEST:
        raise BlobError("missing", f"{shown} is longer than any name in a storage")
    return key


def _folder(parts: Sequence[str]) -> int:
    """Where the first folder of a user is; 0 without any. A tenant's id may look like one."""
    for at, part in enumerate(parts):
        if _USER.match(part) and (at == 0 or parts[at - 1] != "t"):
            return at
    return 0


def _beginning(parts: Sequence[str], base: int) -> int:
    """Where a name begins whose base folder is known: tenant, region, and the inline prefix."""
    begins = base
    for mark in ("t", "r"):
        if begins >= 2 and parts[begins - 2] == mark:
            begins -= 2
    if begins >= 1 and parts[begins - 1] in {"i", "a"}:
        begins -= 1
    return begins


def _shown(path: str) -> str:
    """A path for people; what signs an address is a secret."""
    bare = _QUERY.split(path, maxsplit=1)[0]
    return repr(re.sub(r"//[^/@]*@", "//", bare)[-200:])

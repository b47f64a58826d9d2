"""Bytes that stand inside a message, as files of their own.

Open WebUI loads, saves and sends a chat as a whole, so data in Base64 must not stay in it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from migrator_core.convert.content.pieces import PartContext
from migrator_core.convert.files.file_records import (
    IMAGE_EXTENSIONS,
    OCTET_STREAM,
    safe_content_type,
    stored_name,
)
from migrator_core.convert.ids import embedded_file_id
from migrator_core.convert.text import clean_json
from migrator_core.rows import EmbeddedFile, FileRow

MAX_BYTES = 64 * 1024 * 1024
"""Of one embedded file. LibreChat takes no larger uploads, and MongoDB documents end at 16 MiB."""

_DATA_URL = re.compile(
    r"\s*data:(?P<mime>[^,;]{0,200})(?P<more>(?:;[^,;]{0,200})*),", re.IGNORECASE
)
_SPACE = re.compile(r"\s+")

_EXTENSIONS: Mapping[str, str] = MappingProxyType(
    {mime: endings[0] for mime, endings in IMAGE_EXTENSIONS.items()}
    | {
        "application/json": ".json",
        "application/pdf": ".pdf",
        "audio/aac": ".aac",
        "audio/flac": ".flac",
        "audio/mp4": ".m4a",
        "audio/mpeg": ".mp3",
        "audio/ogg": ".ogg",
        "audio/wav": ".wav",
        "audio/webm": ".webm",
        "text/csv": ".csv",
        "text/html": ".html",
        "text/plain": ".txt",
        "video/mp4": ".mp4",
        "video/webm": ".webm",
    }
)


class EmbeddedError(Exception):
    """The data cannot be decoded; ``str()`` says why, without repeating it."""


def is_data_url(address: str) -> bool:
    """Whether an address holds its content itself (RFC 2397)."""
    return address.lstrip()[:5].lower() == "data:"


def from_data_url(address: str, context: PartContext) -> EmbeddedFile:
    """The file that a ``data:`` URL holds.

    Raises:
        EmbeddedError: it is no such URL, too large, or not encoded as it says.
    """
    match = _DATA_URL.match(address)
    if match is None:
        raise EmbeddedError("the address of the data is malformed")
    encoded = address[match.end() :]
    if match["more"].lower().endswith(";base64"):
        content = decoded(encoded)
    else:
        _check(len(encoded), MAX_BYTES)
        content = unquote_to_bytes(encoded.encode("utf-8", "ignore"))
    return embedded_file(content, safe_content_type(match["mime"]), context)


def decoded(encoded: str) -> bytes:
    """The bytes of a Base64 text, which may be broken into lines.

    Raises:
        EmbeddedError: it is not Base64, or too large.
    """
    _check(len(encoded), MAX_BYTES * 4 // 3 + 4)
    try:
        return base64.b64decode(_SPACE.sub("", encoded).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise EmbeddedError("the data is not valid Base64") from error


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise EmbeddedError(f"the data is larger than {MAX_BYTES // 1024**2} MiB")


def embedded_file(content: bytes, content_type: str, context: PartContext) -> EmbeddedFile:
    """The file for these bytes; the same bytes of the same user are always the same file.

    Raises:
        EmbeddedError: there are no bytes; Open WebUI stores no empty files.
    """
    if not content:
        raise EmbeddedError("the data is empty")
    digest = hashlib.sha256(content).hexdigest()
    row = file_row(
        FoundBytes(digest, len(content), content_type),
        user=context.user,
        owner_id=context.owner_id,
        created_at=context.timestamp,
        provenance={
            "conversationId": context.conversation_id,
            "messageId": context.message_id,
        },
    )
    return EmbeddedFile(row, content)


@dataclass(frozen=True, slots=True)
class FoundBytes:
    """A file without a record in LibreChat: the SHA-256 of its bytes in hex, and their number."""

    digest: str
    size: int
    content_type: str
    filename: str | None = None


def file_row(
    found: FoundBytes,
    *,
    user: str,
    owner_id: str,
    created_at: int,
    provenance: Mapping[str, str],
) -> FileRow:
    """The record that the file gets.

    ``user`` is LibreChat's id, ``created_at`` in seconds, ``provenance`` what
    ``meta.librechat`` tells.
    """
    target_id = embedded_file_id(user, found.digest)
    kind = found.content_type.partition("/")[0]
    stem = kind if kind in {"image", "audio", "video"} else "file"
    ending = _EXTENSIONS.get(found.content_type, "")
    name = found.filename or f"{stem}-{found.digest[:8]}{ending}"
    return FileRow(
        id=target_id,
        user_id=owner_id,
        filename=name,
        stored_name=stored_name(target_id, name, found.content_type),
        data={},
        meta=clean_json(
            {
                "name": name,
                "content_type": found.content_type,
                "size": found.size,
                "file_hash": found.digest,
                "librechat": dict(provenance),
            }
        ),
        created_at=created_at,
        updated_at=created_at,
    )


def content_type_of(name: str) -> str:
    """The MIME type that a file name's extension means, as far as it is of use in a chat."""
    lower = name.lower()
    for mime, endings in IMAGE_EXTENSIONS.items():
        if lower.endswith(endings):
            return mime
    found = (mime for mime, ending in _EXTENSIONS.items() if lower.endswith(ending))
    return next(found, OCTET_STREAM)

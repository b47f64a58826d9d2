"""Bytes that stand in a text: ``data:`` URLs and Base64."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from migrator_core.convert.files.content_types import safe_content_type

MAX_BYTES = 64 * 1024 * 1024
"""Of one file. LibreChat takes no larger uploads, and MongoDB documents end at 16 MiB."""

_DATA_URL = re.compile(
    r"\s*data:(?P<mime>[^,;]{0,200})(?P<more>(?:;[^,;]{0,200})*),", re.IGNORECASE
)


class DataError(Exception):
    """The data cannot be decoded; ``str()`` says why, without repeating it."""


def is_data_url(address: str) -> bool:
    """Whether an address holds its content itself (RFC 2397)."""
    return address.lstrip()[:5].lower() == "data:"


def read_data_url(address: str) -> tuple[bytes, str]:
    """The bytes that a ``data:`` URL holds, and their MIME type.

    Raises:
        DataError: it is no such URL, too large, or not encoded as it says.
    """
    match = _DATA_URL.match(address)
    if match is None:
        raise DataError("the address of the data is malformed")
    encoded = address[match.end() :]
    if match["more"].lower().endswith(";base64"):
        content = decoded(encoded)
    else:
        _check(len(encoded), MAX_BYTES)
        content = unquote_to_bytes(encoded.encode("utf-8", "ignore"))
    return content, safe_content_type(match["mime"])


def decoded(encoded: str) -> bytes:
    """The bytes of a Base64 text, which may be broken into lines.

    Raises:
        DataError: it is not Base64, or too large.
    """
    _check(len(encoded), MAX_BYTES * 4 // 3 + 4)
    try:
        return base64.b64decode("".join(encoded.split()).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise DataError("the data is not valid Base64") from error


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise DataError(f"the data is larger than {MAX_BYTES // 1024**2} MiB")

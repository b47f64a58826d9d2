"""What people also call a backup, but what nobody can read here: told by its first bytes."""

from __future__ import annotations

import re
from typing import Final

from migrator_core.librechat.recognise.forms import Form

_MAGIC: Final[tuple[tuple[bytes, Form], ...]] = (
    (b"\x28\xb5\x2f\xfd", Form.ZSTD),
    (b"7z\xbc\xaf\x27\x1c", Form.SEVEN_ZIP),
    (b"Rar!\x1a\x07", Form.RAR),
    (b"\x04\x22\x4d\x18", Form.LZ4),
    (b"Salted__", Form.ENCRYPTED),
    (b"age-encryption.org/", Form.ENCRYPTED),
    (b"-----BEGIN PGP MESSAGE", Form.ENCRYPTED),
    (b"-----BEGIN AGE ENCRYPTED FILE", Form.ENCRYPTED),
    (b"\x85\x02\x0c\x03", Form.ENCRYPTED),  # OpenPGP, for a key of 4096 bits
    (b"\x85\x01\x8c\x03", Form.ENCRYPTED),  # of 3072 bits
    (b"\x85\x01\x0c\x03", Form.ENCRYPTED),  # of 2048 bits
    (b"\x84\x5e\x03", Form.ENCRYPTED),  # of an elliptic curve
    (b"\x8c\x0d\x04", Form.ENCRYPTED),  # with a passphrase
    (b"beKZgW", Form.BASE64),  # a mongodump archive
    (b"H4sI", Form.BASE64),  # gzip
)
_ARCHIVE_AS_TEXT = re.compile(
    # A mongodump archive or gzip as Latin-1 written as UTF-8, or with U+FFFD for what is no UTF-8.
    rb"m(?:\xc3\xa2\xc2\x99\xc2\x81|\xe2\x99\x81.{0,200}\xef\xbf\xbd)"
    rb"|\x1f(?:\xc2\x8b|\xef\xbf\xbd)\x08",
    re.DOTALL,
)
_TABLE: Final = re.compile(r"\.(?:csv|tsv|xlsx?|ods)(?:\.gz)?\Z", re.IGNORECASE)
_WEB_PAGE: Final = re.compile(rb"\s*<(?:!doctype html|html|\?xml|error)\b", re.IGNORECASE)


def foreign_form(name: str, head: bytes) -> Form | None:
    """What a file is that cannot be read, or None where it is nothing of the kind.

    To be asked last: a large BSON document may begin with the same bytes.
    """
    for magic, form in _MAGIC:
        if head.startswith(magic):
            return form
    if _ARCHIVE_AS_TEXT.match(head) or _is_utf16_binary(head):
        return Form.REWRITTEN
    if _WEB_PAGE.match(head):
        return Form.WEB_PAGE
    return Form.TABLE if is_table(name) else None


def is_table(name: str) -> bool:
    """Whether a file is a table by its name. A spreadsheet is a zip file inside."""
    return _TABLE.search(name) is not None


def _is_utf16_binary(head: bytes) -> bool:
    """An archive or a packed file that PowerShell took for text and wrote as UTF-16."""
    if not head.startswith(b"\xff\xfe"):
        return False
    text = head[2 : len(head) // 2 * 2].decode("utf-16-le", "replace")
    return "\x00" in text or text.startswith(("\x1f", "PK\x03\x04", "BZh"))


_SHELL: Final = re.compile(
    rb"\s*(?:/\*[^*]{0,40}\*/\s*)?\[?\s*\{\s*(?:"
    rb"[A-Za-z_$][\w$]*\s*:"  # a key without quotation marks
    rb"|'"  # or with single ones
    rb'|"[^"\n]{1,100}"\s*:\s*(?:new )?[A-Z][A-Za-z0-9]{2,15}\('  # or a value that is a call
    rb")"
)
_COMMENT: Final = re.compile(rb"\s*/\*[^*]{0,40}\*/\s*\{")


def is_shell_output(text: bytes) -> bool:
    """Whether documents stand there as mongo's shells (and Robo 3T) print them, not as JSON."""
    return _SHELL.match(text) is not None or _COMMENT.match(text) is not None


_WRAPPED: Final = re.compile(
    rb'\s*\{\s*"(?:[^"\\]|\\.){1,100}"\s*:\s*(?:\{\s*"(?:[^"\\]|\\.){1,100}"\s*:\s*)?\[\s*[{\]]'
)


def is_wrapped(text: bytes, keys: frozenset[str]) -> bool:
    """Whether one object holds the documents: ``{"users": […], …}`` or ``{"data": […]}``."""
    return "_id" not in keys and _WRAPPED.match(text) is not None

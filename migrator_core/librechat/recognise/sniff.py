"""What a file is, told by its first bytes; its name only decides where content cannot."""

from __future__ import annotations

import re
import tarfile
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from migrator_core.librechat.collection_names import is_bson_name, looks_exported
from migrator_core.librechat.containers.archive import MAGIC as ARCHIVE_MAGIC
from migrator_core.librechat.containers.bson_documents import MIN_DOCUMENT, document_length
from migrator_core.librechat.containers.compressed import (
    ZSTD_MAGIC,
    Compression,
    compression_of,
    decompress_head,
)
from migrator_core.librechat.containers.json_forms import utf8_head
from migrator_core.librechat.limits import KIB, MIB

HEAD: Final = 64 * KIB
"""Bytes that are looked at."""

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_JSON_START = re.compile(rb'(?:\[\s*)?\{\s*["}]|\[\s*\]')
# The closing quote may be beyond what was read; nothing inside of such a string is a token.
_TOKEN = re.compile(rb'"((?:[^"\\]++|\\.)*+)(?:"(\s*:)?)?|[{}\[\]]', re.DOTALL)
_BSON_TAGS = frozenset({*range(1, 0x14), 0x7F, 0xFF})
_CHAT_KEYS = frozenset({"recursive", "exportAt", "branches", "messagesTree"})


class Form(StrEnum):
    """What a file holds."""

    BSON = "bson"
    JSON = "json"
    EMPTY_BSON = "empty-bson"
    EMPTY_JSON = "empty-json"
    ARCHIVE = "archive"
    TAR = "tar"
    ZIP = "zip"
    WIREDTIGER = "wiredtiger"
    CHAT_EXPORT = "chat-export"
    CHATGPT_EXPORT = "chatgpt-export"
    ZSTD = "zstd"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The form of a file, and how it is compressed around that.

    ``has_id`` is True for JSON whose first document has an ``_id``, as MongoDB's exports have.
    """

    form: Form
    compression: Compression = ""
    has_id: bool = False


def sniff(name: str, head: bytes, size: int) -> Sniffed:
    """Tell what a file called ``name`` of ``size`` bytes is that begins with ``head``."""
    if head.startswith(ZSTD_MAGIC):
        return Sniffed(Form.ZSTD)
    compression = compression_of(head)
    if compression:
        inner = decompress_head(head, compression, HEAD)
        form, has_id = _form(name, inner, None)
        return Sniffed(form, compression, has_id)
    form, has_id = _form(name, head, size)
    return Sniffed(form, "", has_id)


def _form(name: str, head: bytes, size: int | None) -> tuple[Form, bool]:
    if not head.strip(b" \t\r\n\xef\xbb\xbf"):
        return _empty(name), False
    for form, test in (
        (Form.ARCHIVE, head.startswith(ARCHIVE_MAGIC)),
        (Form.ZIP, head.startswith(_ZIP_MAGIC)),
        (Form.WIREDTIGER, _is_wiredtiger(name, head)),
        (Form.TAR, _is_tar(head)),
        (Form.BSON, _is_bson(head, size)),
    ):
        if test:
            return form, False
    text = utf8_head(head)
    if _JSON_START.match(text):
        return _json_form(text)
    # Damaged from its very beginning: the name is all there is to go by.
    if is_bson_name(name):
        return Form.BSON, False
    return (Form.JSON if looks_exported(name) else Form.OTHER), False


def _empty(name: str) -> Form:
    if is_bson_name(name):
        return Form.EMPTY_BSON
    return Form.EMPTY_JSON if looks_exported(name) else Form.OTHER


def _is_wiredtiger(name: str, head: bytes) -> bool:
    return name.endswith(".wt") or (name == "WiredTiger" and head.startswith(b"WiredTiger"))


def _is_tar(head: bytes) -> bool:
    if len(head) < tarfile.BLOCKSIZE:
        return False
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _is_bson(head: bytes, size: int | None) -> bool:
    """Whether ``head`` begins with a BSON document: a plausible length and first element."""
    if len(head) < MIN_DOCUMENT:
        return False
    length = document_length(head)
    if not MIN_DOCUMENT <= length <= 48 * MIB or (size is not None and length > size):
        return False
    if length == MIN_DOCUMENT:
        return head[4] == 0
    end = head.find(b"\x00", 5, 5 + KIB)
    if head[4] not in _BSON_TAGS or end < 0:
        return False
    try:
        return head[5:end].decode().isprintable()
    except UnicodeDecodeError:
        return False


def _json_form(text: bytes) -> tuple[Form, bool]:
    keys = first_keys(text)
    if "_id" in keys:
        return Form.JSON, True
    if "conversationId" in keys and keys & _CHAT_KEYS:
        return Form.CHAT_EXPORT, False
    if {"mapping", "create_time"} <= keys:
        return Form.CHATGPT_EXPORT, False
    return Form.JSON, False


def first_keys(text: bytes) -> frozenset[str]:
    """The keys of the first object in JSON, as far as ``text`` reaches."""
    depth = 0
    keys = set()
    for match in _TOKEN.finditer(text, text.find(b"{")):
        token = match.group(0)
        if token in {b"{", b"["}:
            depth += 1
        elif token in {b"}", b"]"}:
            depth -= 1
            if depth == 0:
                break
        elif depth == 1 and match.group(2) is not None:
            keys.add(match.group(1).decode(errors="replace"))
    return frozenset(keys)

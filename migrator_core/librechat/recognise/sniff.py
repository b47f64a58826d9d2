"""What a file is, told by its first bytes; its name only decides where content cannot."""

from __future__ import annotations

import re
import tarfile
from dataclasses import dataclass
from typing import Final

from migrator_core.librechat.collection_file_names import (
    is_bson_name,
    is_second_half,
    looks_exported,
)
from migrator_core.librechat.containers.archive_stream import MAGIC as ARCHIVE_MAGIC
from migrator_core.librechat.containers.bson_documents import MIN_DOCUMENT, document_length
from migrator_core.librechat.containers.compressed import (
    Compression,
    compression_of,
    decompress_head,
)
from migrator_core.librechat.containers.json_text import utf8_head
from migrator_core.librechat.containers.repair import NOTHING, Repair, through_terminal
from migrator_core.librechat.limits import KIB, MIB
from migrator_core.librechat.recognise.foreign import (
    foreign_form,
    is_shell_output,
    is_table,
    is_wrapped,
)
from migrator_core.librechat.recognise.forms import Form

HEAD: Final = 64 * KIB
"""Bytes that are looked at."""

_FRONT_LINES: Final = 100
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_JSON_START = re.compile(rb'(?:\[\s*)?\{\s*["}]|\[\s*\]')
# The closing quote may be beyond what was read; nothing inside of such a string is a token.
_TOKEN = re.compile(rb'"((?:[^"\\]++|\\.)*+)(?:"(\s*:)?)?|[{}\[\]]', re.DOTALL)
_BSON_TAGS = frozenset({*range(1, 0x14), 0x7F, 0xFF})
_CHAT_KEYS = frozenset({"recursive", "exportAt", "branches", "messagesTree"})


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The form of a file, and how it is compressed around that.

    ``has_id`` is True for JSON whose first document has an ``_id``, as MongoDB's exports have.
    ``skip`` and ``inner_skip`` are bytes of text in front of something binary, outside and inside
    of the compression; ``outer`` is what has to be taken out of the compressed bytes.
    """

    form: Form
    compression: Compression = ""
    has_id: bool = False
    skip: int = 0
    inner_skip: int = 0
    outer: Repair = NOTHING


def sniff(name: str, head: bytes, size: int) -> Sniffed:
    """Tell what a file called ``name`` of ``size`` bytes is that begins with ``head``."""
    if is_second_half(name):
        name = ""  # a Mac's second half is nothing (AppleDouble, 00 05 16 07); real data speaks
    skip = text_in_front(head)
    bare = head[skip:]
    compression = compression_of(bare)
    if not compression:
        form, has_id = _form(name, bare, size - skip)
        return Sniffed(form, "", has_id, skip)
    outer = NOTHING
    inner, damaged = decompress_head(bare, compression, HEAD)
    if damaged and through_terminal(bare):
        outer = Repair(terminal=True)
        inner, _ = decompress_head(bare.replace(b"\r\n", b"\n"), compression, HEAD)
    inner_skip = text_in_front(inner)
    form, has_id = _form(name, inner[inner_skip:], None)
    return Sniffed(form, compression, has_id, skip, inner_skip, outer)


def text_in_front(head: bytes) -> int:
    """Bytes of text lines (what a program said meanwhile) in front of something binary."""
    at = 0
    for _ in range(_FRONT_LINES):
        end = head.find(b"\n", at, at + KIB)
        if end < 0 or not _is_text(head[at:end]):
            return 0
        at = end + 1
        if _begins_binary(head[at:]):
            return at
    return 0


def _is_text(line: bytes) -> bool:
    try:
        return line.rstrip(b"\r").decode().replace("\t", "").isprintable()
    except UnicodeDecodeError:
        return False


def _begins_binary(head: bytes) -> bool:
    return (
        head.startswith((ARCHIVE_MAGIC, *_ZIP_MAGIC)) or compression_of(head) != "" or _is_tar(head)
    )


def _form(name: str, head: bytes, size: int | None) -> tuple[Form, bool]:
    if not head.strip(b" \t\r\n\xef\xbb\xbf"):
        return _empty(name), False
    for form, test in (
        (Form.ARCHIVE, head.startswith(ARCHIVE_MAGIC)),
        (Form.ZIP, head.startswith(_ZIP_MAGIC) and not is_table(name)),
        (Form.WIREDTIGER, _is_wiredtiger(name, head)),
        (Form.TAR, _is_tar(head)),
        (Form.BSON, _is_bson(head, size)),
    ):
        if test:
            return form, False
    text = utf8_head(head, noise=looks_exported(name))
    if _JSON_START.match(text):
        keys = first_keys(text)
        return _json_form(name, text, keys), "_id" in keys
    return _other_form(name, head, text), False


def _other_form(name: str, head: bytes, text: bytes) -> Form:
    if is_shell_output(text):
        return Form.SHELL_OUTPUT
    foreign = foreign_form(name, head)
    if foreign is not None:
        return foreign
    # Damaged from its very beginning: the name is all there is to go by.
    if is_bson_name(name):
        return Form.BSON
    return Form.JSON if looks_exported(name) else Form.OTHER


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


def _json_form(name: str, text: bytes, keys: frozenset[str]) -> Form:
    if not text.strip(b"[] \t\r\n"):
        return _empty(name)
    for form, test in (
        (Form.SHELL_OUTPUT, is_shell_output(text)),
        (Form.JSON, "_id" in keys),
        (Form.CHAT_EXPORT, "conversationId" in keys and bool(keys & _CHAT_KEYS)),
        (Form.CHATGPT_EXPORT, {"mapping", "create_time"} <= keys),
        (Form.WRAPPED_JSON, is_wrapped(text, keys)),
    ):
        if test:
            return form
    return Form.JSON


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

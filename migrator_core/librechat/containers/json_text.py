"""How exported JSON is written down: its encoding, and what programs said in between."""

from __future__ import annotations

import codecs
import re
from typing import Final

from migrator_core.librechat.containers.extended_json import BOM

LOG_LINE: Final = re.compile(
    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}\t|connected to: |exported \d+ record",
    re.ASCII,
)
"""What mongoexport says on standard error; ``> file 2>&1`` mixes it into the data."""

_FRONT_LINES: Final = 50
_DOCUMENT: Final = re.compile(rb"[ \t]*+[\[{]")
_NO_DOCUMENT: Final = re.compile(
    rb"[ \t]*+(?![\[{\"]|/\*)[^\x00-\x08\x0e-\x1f\r\n]{0,1000}(?<![}\]])(?<![}\]],)\r?\n"
)


def encoding_of(head: bytes) -> str | None:
    """``utf-16-le`` or ``utf-16-be``, or None for UTF-8, told by mark or by where the NULs are."""
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    even, odd = head[0:64:2], head[1:64:2]
    if len(odd) > 1 and any(even) and not any(odd):
        return "utf-16-le"
    if len(odd) > 1 and any(odd) and not any(even):
        return "utf-16-be"
    return None


def utf8_head(head: bytes, *, noise: bool = False) -> bytes:
    """The beginning of a text file as UTF-8 without its mark and without messages of programs.

    ``noise`` says that the file should be JSON: then whatever text stands in front is a message.
    """
    encoding = encoding_of(head)
    if encoding is not None:
        even = head[: len(head) // 2 * 2]
        head = even.decode(encoding, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
    head = head.removeprefix(BOM).lstrip()
    while LOG_LINE.match(head) and b"\n" in head:
        head = head.split(b"\n", 1)[1].lstrip()
    return head[noise_in_front(head) :].lstrip() if noise else head


def noise_in_front(text: bytes) -> int:
    """Bytes of lines in front of the first document that look like no part of one.

    A program such as kubectl or a shell wrote them. 0 where no document follows.
    """
    at = len(BOM) if text.startswith(BOM) else 0
    for _ in range(_FRONT_LINES):
        if _DOCUMENT.match(text, at):
            return at
        line = _NO_DOCUMENT.match(text, at)
        if line is None:
            return 0
        at = line.end()
    return 0

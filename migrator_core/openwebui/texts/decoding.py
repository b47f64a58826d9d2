"""Files that are text: from bytes to characters, without anything heavy."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: it begins with the mark of that
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 32 * 1024
"""Bytes that are looked at where an encoding has to be guessed: guessing is slow."""
_ASCII = bytes(range(128))
_ENOUGH = 40
"""Bytes beyond ASCII: of fewer, nobody can tell a language. Most are a sign in a Western text."""


def decode(content: bytes) -> str | None:
    """The text of a file; None where the bytes are no text.

    UTF-8, whatever a byte order mark says, UTF-16 without one (Windows), and at last what
    ``chardet`` makes of it, which ships with Open WebUI; it does the same (0.12,
    ``Loader._detect_text_encoding``).
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    if b"\x00" in content:
        wide = _wide(content[:_SAMPLE])
        return None if wide is None else content.decode(wide, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guessed(content, error.start)


def clean(text: str) -> str:
    """What every database stores: no NUL, no half characters."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: in most texts every other byte is zero."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    enough = len(sample) // 5
    if odd > enough and even * 20 < odd:
        return "utf-16-le"
    if even > enough and odd * 20 < even:
        return "utf-16-be"
    return None


def _guessed(content: bytes, first: int) -> str:
    begin = max(0, first - _SAMPLE // 2)
    for encoding in (_named(content[begin : begin + _SAMPLE]), "cp1252"):
        try:
            return content.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("latin-1")


def _named(sample: bytes) -> str:
    if len(sample.translate(None, delete=_ASCII)) < _ENOUGH:
        return "cp1252"
    try:
        import chardet  # noqa: PLC0415 - only where it is needed: few files are not UTF-8
    except ImportError:
        return "cp1252"
    found = str(chardet.detect(sample).get("encoding") or "cp1252").lower()
    return "gb18030" if found in {"gb2312", "gbk"} else found

"""Text from a backup as people may see it: what would act on a terminal or hide is spelled out."""

from __future__ import annotations

import re

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters; tab and line feed are dealt with below
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # directions, joiners, line ends
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0"  # what has no ink
    "\ud800-\udfff\ufff9-\ufffb"  # half characters, annotations
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # beams without ink, tags
)


def visible(text: str) -> str:
    r"""The text with every control, direction override and lone surrogate as an escape.

    Escapes are Python's (``\x1b``, ``\u202e``). Tabs and line ends become blanks, so that a text
    stays in its line. A text that went through here once stays as it is.
    """
    spaced = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    return _HIDDEN.sub(lambda found: _escape(ord(found[0])), spaced)


def visible_lines(text: str) -> str:
    """The same for a text of several lines, which stay lines."""
    return "\n".join(visible(line) for line in text.split("\n"))


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

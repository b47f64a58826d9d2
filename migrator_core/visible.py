"""Text from a backup as people may see it: what would act on a terminal or hide is spelled out."""

from __future__ import annotations

import re

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters; tab and line feed are dealt with below
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"  # directions, joiners, line ends
    "\ud800-\udfff\ufff9-\ufffb]"  # half characters, annotations
)


def visible(text: str) -> str:
    r"""The text with every control, direction override and lone surrogate as an escape.

    Escapes are Python's (``\x1b``, ``\u202e``). Tabs and line ends become blanks, so that a text
    stays in its line.
    """
    spaced = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    return _HIDDEN.sub(lambda found: _escape(ord(found[0])), spaced)


def visible_lines(text: str) -> str:
    """The same for a text of several lines, which stay lines."""
    return "\n".join(visible(line) for line in text.split("\n"))


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

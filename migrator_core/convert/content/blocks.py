"""Markdown blocks that show what has no form of its own in Open WebUI, and stay readable."""

from __future__ import annotations

import json
import re

from migrator_core.convert.text import clean_json, single_line

_DATA_URI = re.compile(r"(data:[^,\s\"'()<>]{0,100};base64,)[A-Za-z0-9+/=_-]{200,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/=_-]{2000,}")
_BASE64_ALPHABET = 40
"""Base64 of any real file of that length uses more different characters than this; a line of
``xxxx``, a number or a hex dump does not."""


LEFT_OUT = "(left out)"
"""Stands for an address to sign in at, which may carry a secret."""


def heading(name: str) -> str:
    """``**[name]**``, with whatever would break the Markdown removed from ``name``."""
    label = re.sub(r"[^\w .:/-]", "", single_line(name, limit=80)).strip()
    return f"**[{label or 'part'}]**"


def quoted(text: str) -> str:
    """``text`` as a Markdown quotation."""
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def fenced_json(value: object) -> str:
    """``value`` as indented JSON in a fence that nothing inside it can close.

    Embedded binary data is replaced by a note of its length: chats are loaded whole.
    """
    body = json.dumps(_without_data(clean_json(value)), ensure_ascii=False, indent=2)
    longest = max((len(run) for run in re.findall("`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}json\n{body}\n{fence}"


def _without_data(value: object) -> object:
    # Recursion is safe: clean_json has bounded the depth.
    if isinstance(value, dict):
        return {
            key: LEFT_OUT if key == "auth" and item else _without_data(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_without_data(item) for item in value]
    return without_data(value) if isinstance(value, str) else value


def without_data(text: str) -> str:
    """``text`` with Base64 data cut to a note of how much there was."""
    if _BASE64.fullmatch(text) and len(set(text)) >= _BASE64_ALPHABET:
        return f"({len(text)} characters of data left out)"
    return _DATA_URI.sub(
        lambda found: f"{found[1]}… ({len(found[0]) - len(found[1])} characters of data left out)",
        text,
    )

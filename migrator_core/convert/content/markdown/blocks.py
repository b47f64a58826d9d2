"""Markdown that shows what it is given, and nothing in it breaks out."""

from __future__ import annotations

import json
import re

from migrator_core.convert.cleaning import clean_json, single_line

_MARKDOWN = re.compile(r"([\\\[\]`*<])")
_BACKTICKS = re.compile("`{3,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/=_-]{2000,}")
_BASE64_ALPHABET = 40
"""Base64 of any real file of that length uses more different characters than this; a line of
``xxxx``, a number or a hex dump does not."""

_DATA = re.compile(r";base64,[A-Za-z0-9+/=_-]{200,}")
_DATA_TYPE = re.compile(r"data:[^,\s\"'()<>]{0,100}\Z")
_LONGEST_TYPE = 105

LEFT_OUT = "(left out)"
"""Stands for an address to sign in at, which may carry a secret."""


def heading(name: str) -> str:
    """``**[name]**``, with whatever would break the Markdown removed from ``name``."""
    label = re.sub(r"[^\w .:/-]", "", single_line(name, limit=80)).strip()
    return f"**[{label or 'part'}]**"


def quoted(text: str) -> str:
    """``text`` as a Markdown quotation."""
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def escaped(text: str) -> str:
    """``text`` as words in Markdown: nothing in it begins a link, emphasis, code or tag."""
    return _MARKDOWN.sub(r"\\\1", text)


def fenced(code: str, language: str) -> str:
    """A fenced code block that nothing in ``code`` can close."""
    runs = _BACKTICKS.findall(code) if "```" in code else ()
    longest = max(map(len, runs), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code.removesuffix(chr(10))}\n{fence}"


def fenced_json(value: object) -> str:
    """``value`` as indented JSON in a fence that nothing inside it can close.

    Embedded binary data is replaced by a note of its length: chats are loaded whole.
    """
    body = json.dumps(_without_data(clean_json(value)), ensure_ascii=False, indent=2)
    return fenced(body, "json")


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
    pieces: list[str] = []
    done = 0
    for data in _DATA.finditer(text):
        begins = _DATA_TYPE.search(text[max(data.start() - _LONGEST_TYPE, done) : data.start()])
        if begins is None:
            continue
        start = data.start() + len(";base64,")
        note = f"… ({data.end() - start} characters of data left out)"
        pieces += [text[done:start], note]
        done = data.end()
    return "".join([*pieces, text[done:]])

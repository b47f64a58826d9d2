"""Makes the modules small enough for Open WebUI's import, as text that nothing on its way changes.

Base 85 (RFC 1924's alphabet, Python's ``base64.b85encode``) has neither quotes nor backslashes nor
blanks: Open WebUI's loader finds no words to rewrite in it, JSON escapes nothing, and lines can be
broken anywhere.
"""

from __future__ import annotations

import base64
import json
import textwrap
import zlib
from collections.abc import Mapping

_LINE = 100
"""Characters in a line: one of several hundred thousand makes the browser's editor crawl."""


def packed(modules: Mapping[str, str]) -> str:
    """The modules' sources, at about a third of their size. The same ones give the same text.

    That holds for one version of zlib; another one may pack otherwise what unpacks alike.
    """
    plain = json.dumps(dict(modules), ensure_ascii=False, separators=(",", ":")).encode()
    return textwrap.fill(base64.b85encode(zlib.compress(plain, 9)).decode("ascii"), _LINE)
